# Which hosts of stack files own the objects on this host, by name: a file `owners` beside each object, one name per line. A host that
# gets another name in its stack file, or the address that another one had, is applied under the new name first and removed
# under the old one afterwards. So a removal deletes its own name from the file; the object is removed with its last owner.

# `claim <directory>`, for `owner`, which is empty in a repair.
claim() {
  if [ -z "$owner" ] || grep -qsxF -e "$owner" "$1/owners"; then
    return
  fi
  write_owners "$1" "$(cat "$1/owners" 2>/dev/null || :)
$owner"
}

# `leave_to_others <directory>`: deletes the own name, and fails if there is no other owner. A caller without a name is of a version without
# owners: an object that has owners by now was applied again since.
leave_to_others() {
  [ -s "$1/owners" ] || return 1
  others=$(grep -vxF -e "$owner" "$1/owners" || :)
  [ -n "$others" ] || return 1
  write_owners "$1" "$others"
  say "left to" "$others"
}

write_owners() {
  if ! { say "$2" | sed '/^$/d' >"$1/.owners.new" && mv "$1/.owners.new" "$1/owners"; }; then
    fail "cannot write to $1; is the disk full?"
  fi
}

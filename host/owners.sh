# Whose the things on this host are: the hosts of stack files, by name, each in a line of a file `owners` beside what is
# theirs. A host that gets another name in its stack file, or the address that another one had, is applied under the new name first
# and removed under the old one afterwards. So whoever removes takes his own name away; the thing itself goes with the
# last one.

# `claim <directory>`, for `owner`, who is not named where something is repaired.
claim() {
  if [ -z "$owner" ] || grep -qsxF -e "$owner" "$1/owners"; then
    return
  fi
  write_owners "$1" "$(cat "$1/owners" 2>/dev/null || :)
$owner"
}

# `leave_to_others <directory>`: takes the own name away, and fails if there is no other. Those who do not say who they are come from before there
# were owners: whatever has one by now was applied anew since.
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

# Objects with our names that somebody else created are left alone.

refuse_foreign() {
  stranger=$(stranger_of_our_names)
  [ -z "$stranger" ] || fail "$stranger"
  of_kind refuse
}

# Prints which existing objects of a service's unit names belong to others, if any, and what to do.
stranger_of_our_names() {
  for name in $(of_kind units); do
    if [ -e "$(unit_path "$name")" ] && ! is_unit_of_ours "$name"; then
      say "$(unit_path "$name") is not managed by Podwatch; move it away first"
      return
    fi
  done
  of_kind stranger
}

# Whatever has our names but was not made by us is left alone.

refuse_foreign() {
  stranger=$(stranger_of_our_names)
  [ -z "$stranger" ] || fail "$stranger"
  of_kind refuse
}

# What others have made under the names of a service's units and the like, if anything, and what to do about it.
stranger_of_our_names() {
  for name in $(of_kind units); do
    if [ -e "$(unit_path "$name")" ] && ! is_unit_of_ours "$name"; then
      say "$(unit_path "$name") is not managed by Podwatch; move it away first"
      return
    fi
  done
  of_kind stranger
}

# What a service keeps in mind: lists in $home, a line each.

# `note <list> <line>`
note() {
  is_noted "$1" "$2" || say "$2" >>"$home/$1"
}

noted() {
  cat "$home/$1" 2>/dev/null || :
}

is_noted() {
  grep -qsxF -e "$2" "$home/$1"
}

forget_note() {
  { grep -svxF -e "$2" "$home/$1" || :; } >"$home/$1.new" && mv "$home/$1.new" "$home/$1"
}

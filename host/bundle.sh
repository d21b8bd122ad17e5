# A bundle: header lines, then parts, each a line `part <path>` and its lines indented by two blanks, then `end`.

unpack_bundle() {
  directories=
  # shellcheck disable=SC2013 # paths hold no blanks, and `fail` has to end more than a subshell
  for path in $(sed -n 's/^part //p' "$1"); do
    case $path in
      /* | *..* | *[!A-Za-z0-9_./-]*) fail "the bundle has an unsafe path: $path" ;;
    esac
    case "$directories " in
      *" ${path%/*} "*) ;;
      *) directories="$directories ${path%/*}" ;;
    esac
  done
  # shellcheck disable=SC2086 # a list of paths
  (cd "$2" && mkdir -p . $directories) || return 1
  awk -v directory="$2" '
    BEGIN { out = directory "/headers" }
    /^end$/ { exit }
    /^part / { close(out); out = directory "/" substr($0, 6); printf "" >out; next }
    /^  / { print substr($0, 3) >out; next }
    { print >out }
  ' "$1"
}

header() {
  sed -n "s/^$2 //p" "$1/headers"
}

# Whether a header of any current or candidate release matches grep's arguments. Candidates are searched first: one that
# becomes a release between the two searches is then found by the second.
some_service_says() {
  grep -qs "$@" "$STATE"/services/*/candidate/current/headers ||
    grep -qs "$@" "$STATE"/services/*/releases/*/headers
}

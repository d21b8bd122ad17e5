# A piece of a file of another program, between two lines that mark it: `file <path>` in the bundle, of several the first whose directory
# exists, `begin <line>` and `end <line>`. A piece between such lines is taken over, whoever wrote it; the rest of the file is left alone.
#
#   files/<variant>   the piece, without its markers; hooks/variant prints which
#   hooks/check       on the host, with the file as argument: what is against it; nothing is changed
#   hooks/test        on the host: whether the program accepts the file that has just been written
#   hooks/renew       on the host: has the program read it
#   hooks/ready       inside the container `hooks-in`: whether the program does what the piece says
#
#   services/<name>/place       the file that has the piece
#   services/<name>/created     exists if the file was made for the piece
#   services/<name>/unended     exists if the file's last line had no end
#   services/<name>/before/     the files as they were, while an activation is not yet proven

KINDS="$KINDS fragment"

# `file_of_piece <release>`
file_of_piece() {
  header "$1" file | while IFS= read -r path; do
    if [ -d "${path%/*}" ]; then
      say "$path"
      break
    fi
  done
}

# `on_host <release> <hook> <file> [<former file>]`: the output is in `report`.
on_host() {
  report=$(timeout -k 5 60 /bin/sh -s -- "$3" "${4:-}" <"$1/hooks/$2" 2>&1 9>&-)
}

# `piece_of <release>`: as it is to be in the file, with its markers.
piece_of() {
  on_host "$1" variant "" || return 1
  header "$1" begin
  cat "$1/files/$report" || return 1
  header "$1" end
}

# `with_piece <release> <file>`, the piece on standard input: prints the file with the piece at its place, or at the end.
with_piece() {
  BEGIN_LINE=$(header "$1" begin) END_LINE=$(header "$1" end) PIECE=$(cat) awk '
    { line = $0; sub(/[ \t\r]+$/, "", line); sub(/^[ \t]+/, "", line) }
    line == ENVIRON["BEGIN_LINE"] { inside = 1; if (ENVIRON["PIECE"] != "") print ENVIRON["PIECE"]; done = 1 }
    !inside { print }
    line == ENVIRON["END_LINE"] { inside = 0 }
    END { if (!done && ENVIRON["PIECE"] != "") print ENVIRON["PIECE"] }' "$2"
}

without_piece() {
  with_piece "$@" </dev/null
}

# `piece_in <release> <file>`: the piece that the file has.
piece_in() {
  BEGIN_LINE=$(header "$1" begin) END_LINE=$(header "$1" end) awk '
    $0 == ENVIRON["BEGIN_LINE"] { inside = 1 }
    inside { print }
    $0 == ENVIRON["END_LINE"] { inside = 0 }' "$2" 2>/dev/null
}

# `refuse_loose_markers <file> [<how people know it>]`: markers that are not one pair would have other lines of the file replaced.
refuse_loose_markers() {
  [ -e "$1" ] || return 0
  marks=$(BEGIN_LINE=$(header "$candidate" begin) END_LINE=$(header "$candidate" end) awk '
    { line = $0; sub(/[ \t\r]+$/, "", line); sub(/^[ \t]+/, "", line) }
    line == ENVIRON["BEGIN_LINE"] { printf "begin " NR " " }
    line == ENVIRON["END_LINE"] { printf "end " NR " " }' "$1")
  case $marks in
    '' | "begin "*" end "*) [ "$(say "$marks" | wc -w)" -gt 4 ] || return 0 ;;
  esac
  fail "${2:-$1} does not have the lines \"$(header "$candidate" begin)\" and \"$(header "$candidate" end)\" once each and in this order (in the lines ${marks% }), so it cannot be told what is between them; put that right first"
}

fragment_check() {
  file=$(file_of_piece "$candidate")
  on_host "$candidate" check "$file" "$(cat "$home/place" 2>/dev/null || :)" || fail "$(say "$report" | tail -n 15)"
  [ -n "$file" ] || fail "none of the directories of $(header "$candidate" file | paste -s -d ' ' -) is on this host"
  [ ! -d "$file" ] || fail "$file is a directory on this host, not a file"
  refuse_loose_markers "$file"
}

fragment_holds() {
  file=$(file_of_piece "$candidate")
  [ -n "$file" ] && [ "$(cat "$home/place" 2>/dev/null || :)" = "$file" ] && has_piece_of "$candidate" "$file"
}

has_piece_of() {
  wanted=$(piece_of "$1") && [ "$(piece_in "$1" "$2")" = "$wanted" ]
}

fragment_activate() {
  [ "$1" != updated ] || return 0
  renewed=
  rm -rf "$home/before" "$home/put-back"
  file=$(file_of_piece "$release")
  former=$(cat "$home/place" 2>/dev/null || :)
  piece=$(piece_of "$release")
  if report=$({ [ -z "$former" ] || [ "$former" = "$file" ] || cut_piece "$release" "$former"; } 2>&1 && put_piece "$file" 2>&1); then
    if ! on_host "$release" test "$file"; then
      reason=$(say "$report" | tail -n 5)
    else
      renewed=yes
      if on_host "$release" renew "$file"; then
        notes=$(say "$report" | grep '^note: ' || :)
        return
      fi
      reason=$(say "$report" | tail -n 5)
    fi
  else
    reason="$file cannot be written: $report"
  fi
  put_files_back
  return 1
}

# The file is replaced at once, with its mode and owner; a link stays one.
put_piece() {
  keep_file "$1" || return 1
  if [ -e "$1" ]; then
    [ -z "$(tail -c 1 "$1")" ] || : >"$home/unended"
  else
    : >"$home/created"
    : >"$1" || return 1
  fi
  say "$1" >"$home/place"
  say "$piece" | with_piece "$release" "$1" >"$home/before/new" && renew_file "$1"
}

# `cut_piece <release> <file>`: a file that was made for the piece goes with it.
cut_piece() {
  [ -e "$2" ] || return 0
  keep_file "$2" || return 1
  without_piece "$1" "$2" >"$home/before/new" || return 1
  if [ -e "$home/created" ] && [ ! -s "$home/before/new" ]; then
    rm -f "$2" "$home/created"
    return
  fi
  if [ -e "$home/unended" ]; then
    printf '%s' "$(cat "$home/before/new")" >"$home/before/ended" && mv "$home/before/ended" "$home/before/new"
    rm -f "$home/unended"
  fi
  renew_file "$2"
}

# `replace_file <file> <other> [<content>]`: by a copy of the other with its mode and owner, and perhaps another content.
replace_file() {
  actual=$(readlink -f "$1") || return 1
  hidden=${actual%/*}/.podwatch.${actual##*/}.new
  if ! { cp -a "$2" "$hidden" && { [ -z "${3:-}" ] || cat "$3" >"$hidden"; } && mv "$hidden" "$actual"; }; then
    rm -f "$hidden"
    return 1
  fi
}

# By before/new, with its own mode and owner.
renew_file() {
  replace_file "$1" "$(readlink -f "$1")" "$home/before/new"
}

# `keep_file <file>`, as it is before this activation.
keep_file() {
  mkdir -p "$home/before/files" || return 1
  kept=$home/before/files/$(say "$1" | sha256sum | cut -c 1-16)
  say "$1" >"$kept.path" && { [ ! -e "$1" ] || cp -a "$(readlink -f "$1")" "$kept"; }
}

put_files_back() {
  for path in "$home"/before/files/*.path; do
    [ -e "$path" ] || continue
    file=$(cat "$path")
    if [ -e "${path%.path}" ]; then
      replace_file "$file" "${path%.path}" || :
    else
      rm -f "$file" "$home/created"
    fi
  done
  rm -rf "$home/before"
  : >"$home/put-back"
  [ -z "$renewed" ] || on_host "$release" renew "" || :
}

# What does not run does not have to be ready.
fragment_prove() {
  give_up=$(($(uptime_seconds) + $(header "$release" ready-within)))
  until [ -n "$notes" ] || probe "$release" 20; do
    if [ "$(uptime_seconds)" -ge "$give_up" ]; then
      reason=$(run_hook "$release" ready 2>&1 | tail -n 5) || :
      put_files_back
      return 1
    fi
  done
  rm -rf "$home/before"
}

fragment_run() {
  timeout -k 5 "$1" "$engine" exec -i --env http_proxy= --env HTTP_PROXY= "$(header "$2" hooks-in)" /bin/sh -s 9>&-
}

fragment_drift() {
  file=$(file_of_piece "$candidate")
  if [ -z "$(piece_in "$candidate" "$file")" ]; then
    say "fragment missing $file"
  elif ! has_piece_of "$candidate" "$file"; then
    say "fragment changed $file"
  fi
}

# After a failed first activation the file is as it was before already. What others broke keeps nobody from removing the piece, but it is
# left to them to have it read.
fragment_remove() {
  [ ! -e "$home/put-back" ] && [ -e "$home/place" ] || return 0
  release=$home/current
  renewed=
  file=$(cat "$home/place")
  rm -rf "$home/before"
  if on_host "$release" test "$file"; then accepted=yes; else accepted=; fi
  if ! report=$(cut_piece "$release" "$file" 2>&1) || { [ -n "$accepted" ] && ! on_host "$release" test "$file"; }; then
    failure=$(say "$report" | tail -n 5)
    put_files_back
    rm -f "$home/put-back"
    fail "the piece of $service cannot be removed from $file: $failure"
  fi
  [ -z "$accepted" ] || on_host "$release" renew "$file" || :
  rm -rf "$home/before" "$home/place"
}

# shellcheck disable=SC2154 # ctl is found by what is put before this
file=$1
former=$2

refuse() {
  echo "$*; nothing was changed"
  exit 1
}

[ -n "$ctl" ] ||
  refuse "Apache is not installed on this host (there is no apachectl): install it, or remove podwatch:apache"
[ -n "$file" ] ||
  refuse "this host has no directory for a configuration file of Apache's where one was looked for; name the file in podwatch:apache.configFile"

"$ctl" -t -D DUMP_MODULES 2>/dev/null | grep -q '^ *status_module' ||
  refuse "Apache on this host has not loaded its module status: type a2enmod status, or load mod_status.so in its configuration, and restart Apache"

report=$("$ctl" configtest 2>&1) ||
  refuse "Apache refuses its configuration as it is, so it could not be reloaded: $(printf '%s\n' "$report" | grep -v '^AH00558' | head -n 3)"

# The files that Apache reads; versions before 2.4.8 do not tell.
files=$("$ctl" -t -D DUMP_INCLUDES 2>/dev/null | sed -n 's/^ *([0-9*]*) *//p')
[ -n "$files" ] || files=$(find /etc/apache2 /etc/httpd -name '*.conf' 2>/dev/null)

# A file as its package brought it: what is added later overrules it.
is_of_distribution() {
  if command -v dpkg-query >/dev/null; then
    package=$(dpkg-query -S "$1" 2>/dev/null | sed 's/[:,].*//')
    [ -n "$package" ] &&
      dpkg-query -W -f '${Conffiles}\n' "$package" | grep -qF " $1 $(md5sum <"$1" | cut -d ' ' -f 1)"
  elif command -v rpm >/dev/null; then
    package=$(rpm -qf "$1" 2>/dev/null) && ! rpm -V "$package" 2>/dev/null | grep -qF " $1"
  else
    return 1
  fi
}

# The lines that begin a block about the same page, but for one between our markers where ours is or was.
blocks_in() {
  BEGIN_LINE='{{begin}}' END_LINE='{{end}}' awk -v ours="$2" '
    { line = $0; sub(/[ \t\r]+$/, "", line); sub(/^[ \t]+/, "", line) }
    line == ENVIRON["BEGIN_LINE"] { inside = ours }
    line == ENVIRON["END_LINE"] { inside = 0 }
    !inside && tolower(line) ~ /^<location(match)?[ \t]/ &&
      tolower(line) ~ /\/server-status(\/?[^a-z0-9_.\/-]|\/?$)/ { print NR }' "$1"
}

foreign=$(printf '%s\n' "$files" | sort -u | while IFS= read -r one; do
  if ! actual=$(readlink -f "$one") || [ ! -r "$actual" ] || is_of_distribution "$actual"; then
    continue
  fi
  ours=0
  for known in "$file" "$former"; do
    [ "$(readlink -f "$known")" != "$actual" ] || ours=1
  done
  for line in $(blocks_in "$actual" "$ours"); do
    printf '%s, line %s (a file of %s, changed on %s)\n' "$one" "$line" "$(stat -c %U "$actual")" "$(stat -c %y "$actual" | cut -d ' ' -f 1)"
  done
done)
[ -z "$foreign" ] ||
  refuse "Apache has a <Location /server-status> already that is not Podwatch's: $(printf '%s' "$foreign" | head -n 5 | paste -s -d ';' -). Two would overrule each other: remove it; or have it taken over, with the line \"{{begin}}\" before it, \"{{end}}\" after it, and its file in podwatch:apache.configFile"

# shellcheck disable=SC2034,SC2154
# How scripts speak to InfluxDB. Passwords are read from files, and reach curl on its standard input, never as an argument.
# What stands behind this sets `url`, `secrets`, the directory of passwords, and to log in: `as`, `as_password`.
password_of() {
  cat "$secrets/$1"
}

# For a string in curl's configuration.
for_curl() {
  sed 's/[\\"]/\\&/g'
}

# For a string in InfluxQL.
for_influxql() {
  sed "s/[\\\\']/\\\\&/g"
}

# `ask <statement>`: prints what InfluxDB answers, and the status on a line of its own.
ask() {
  {
    [ -z "${as:-}" ] || printf 'user = "%s:%s"\n' "$as" "$(printf %s "$as_password" | for_curl)"
    printf 'data-urlencode = "q=%s"\n' "$(printf %s "$1" | for_curl)"
  } | curl --silent --show-error --max-time 30 --noproxy '*' --header "Accept: $accept" --write-out '\n%{http_code}' --config - "$url/query"
}

# `change <statement>`: 2 if the log-in is refused, 1 if the statement is, for the reason in `refused`.
change() {
  accept=application/json
  answer=$(ask "$1") || { refused="InfluxDB does not answer" && return 1; }
  case $answer in
    *"
401") refused="InfluxDB refuses the log-in of $as" && return 2 ;;
    *'"error":'*) refused=$(printf '%s\n' "$answer" | sed -n 's/.*"error":"\(\([^"\\]\|\\.\)*\)".*/\1/p') && return 1 ;;
    *"
200") ;;
    *) refused="InfluxDB answers $(printf '%s\n' "$answer" | tail -n 1)" && return 1 ;;
  esac
}

# `show <statement>`: prints the lines of its result; ends like `change`.
show() {
  change "$1" || return
  accept=text/csv
  ask "$1" | sed '$d; 1d; /^$/d'
}

# Calls Grafana's API as its administrator and prints what it answers, and `as` and the name that let in. The password goes to curl on its standard input,
# never as an argument. Grafana counts wrong log-ins by the name that was typed, and refuses that name for 5 minutes after
# 5 of them, whoever it was: then the e-mail address of the same user is another name.
#
# Ends with 2 when all names are refused.
api() {
  method=$1 path=$2
  for name in "$GF_SECURITY_ADMIN_USER" "${GF_SECURITY_ADMIN_EMAIL:-admin@localhost}"; do
    api_as "$name"
    case $? in
      0)
        printf 'as %s\n' "$name"
        return
        ;;
      2) ;;
      *) return 1 ;;
    esac
  done
  return 2
}

# The status is on a line of its own behind the answer.
api_as() {
  password=$(sed 's/[\\"]/\\&/g' /run/secrets/grafana-admin-password)
  answer=$(printf 'user = "%s:%s"\n' "$1" "$password" |
    curl --silent --show-error --max-time 20 --config - --write-out '\n%{http_code}' \
      --request "$method" "{{url}}/api/$path") || return 1
  case $answer in
    *"
2"??) printf '%s\n' "$answer" | sed '$d' ;;
    *"
401") return 2 ;;
    *) return 1 ;;
  esac
}

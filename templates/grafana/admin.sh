# Calls Grafana's API as its administrator. The password goes to curl on its standard input, never as an argument.
api() {
  method=$1 path=$2
  password=$(sed 's/[\\"]/\\&/g' /run/secrets/grafana-admin-password)
  printf 'user = "%s:%s"\n' "$GF_SECURITY_ADMIN_USER" "$password" |
    curl --silent --show-error --fail --max-time 20 --output /dev/null --config - \
      --request "$method" "http://127.0.0.1:3000/grafana/api/$path"
}

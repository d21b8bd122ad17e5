# Sends an alert that is for nobody, prints the alerts of that name that Alertmanager lists then, and takes it back.
# Should that fail, it ends by itself. Its name, `$alert`, stands before this.
alerts={{url}}/api/v2/alerts
send() {
  ends=$(date -u -d "@$(($(date +%s) + $1))" +%Y-%m-%dT%H:%M:%SZ)
  # shellcheck disable=SC2154 # what stands before this sets it
  wget -q -T 5 -O /dev/null --header 'Content-Type: application/json' --post-data "[{
    \"labels\": {\"alertname\": \"$alert\", \"severity\": \"info\"},
    \"annotations\": {\"summary\": \"npm run verify looks whether Alertmanager takes alerts; nobody is told\"},
    \"endsAt\": \"$ends\"
  }]" "$alerts"
}
send 60 || {
  echo "it does not take an alert" >&2
  exit 1
}
wget -q -T 5 -O - "$alerts?filter=alertname%3D%22$alert%22"
send 0 || :

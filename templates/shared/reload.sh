# Programs of the Prometheus family say when they last took a configuration, and whether the last attempt went well.
# What stands before this has set the service's name and the URL of its metrics.
# shellcheck disable=SC2154
metric() {
  wget -q -T 2 -O - "$metrics" | sed -n "s/^${service}_config_last_reload_$1 //p"
}

# The time is in whole seconds: let a reload in this very second be told from the one before.
before=$(metric success_timestamp_seconds)
if [ "$(printf '%.0f' "$before")" -ge "$(date +%s)" ]; then
  sleep 1
fi
was_successful=$(metric successful)
kill -HUP 1
tries=0
while [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.2
  if [ "$was_successful" = 1 ] && [ "$(metric successful)" = 0 ]; then
    echo "$service refused the new configuration" >&2
    exit 1
  fi
  if [ "$(metric success_timestamp_seconds)" != "$before" ]; then
    exit 0
  fi
done
echo "$service did not reload within 20 s" >&2
exit 1

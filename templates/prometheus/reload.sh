# Prometheus says when it last took a configuration, and whether the last attempt went well.
metric() {
  wget -q -T 2 -O - http://127.0.0.1:9090/prometheus/metrics | sed -n "s/^$1 //p"
}

# The time is in whole seconds: let a reload in this very second be told from the one before.
before=$(metric prometheus_config_last_reload_success_timestamp_seconds)
if [ "$(printf '%.0f' "$before")" -ge "$(date +%s)" ]; then
  sleep 1
fi
was_successful=$(metric prometheus_config_last_reload_successful)
kill -HUP 1
tries=0
while [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.2
  if [ "$was_successful" = 1 ] && [ "$(metric prometheus_config_last_reload_successful)" = 0 ]; then
    echo "prometheus refused the new configuration" >&2
    exit 1
  fi
  if [ "$(metric prometheus_config_last_reload_success_timestamp_seconds)" != "$before" ]; then
    exit 0
  fi
done
echo "prometheus did not reload within 20 s" >&2
exit 1

# The exporter says when it last took a configuration, and whether the last attempt went well.
metric() {
  wget -q -T 2 -O - http://127.0.0.1:9115/blackbox/metrics | sed -n "s/^blackbox_exporter_config_last_reload_$1 //p"
}

before=$(metric success_timestamp_seconds)
was_successful=$(metric successful)
kill -HUP 1
tries=0
while [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
  if [ "$(metric success_timestamp_seconds)" != "$before" ]; then
    exit 0
  fi
  if [ "$was_successful" = 1 ] && [ "$(metric successful)" = 0 ]; then
    echo "the blackbox exporter refused the new configuration" >&2
    exit 1
  fi
done
echo "the blackbox exporter did not reload within 10 s" >&2
exit 1

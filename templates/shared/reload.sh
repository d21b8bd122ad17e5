# Programs of the Prometheus family say when they last took a configuration, and whether the last attempt went well.
# What stands before this has set the service's name and the URL of its metrics.
# shellcheck disable=SC2154
look() {
  # Metrics come sorted by name: `..._timestamp_seconds TIME`, then `...ful 1`.
  # shellcheck disable=SC2046
  set -- $(wget -q -T 2 -O - "$metrics" | sed -n "s/^${service}_config_last_reload_success//p")
  [ $# -eq 4 ] && taken=$2 successful=$4
}

tries=0
until look; do
  tries=$((tries + 1))
  if [ "$tries" -ge 5 ]; then
    echo "$service does not say which configuration is in force" >&2
    exit 1
  fi
  sleep 0.2
done
before=$taken was_successful=$successful
# The time is in whole seconds: let a reload in this very second be told from the one before.
if [ "$(printf '%.0f' "$before")" -ge "$(date +%s)" ]; then
  sleep 1
fi
if command -v await_moment >/dev/null; then
  await_moment
fi
kill -HUP 1
tries=0 pause=0.05
while [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  sleep "$pause"
  [ "$tries" -lt 10 ] || pause=0.2
  if ! look; then
    # It may have taken 2 s.
    tries=$((tries + 9))
    continue
  fi
  if [ "$was_successful" = 1 ] && [ "$successful" = 0 ]; then
    echo "$service refused the new configuration" >&2
    exit 1
  fi
  if [ "$taken" != "$before" ]; then
    exit 0
  fi
done
echo "$service did not reload within 20 s" >&2
exit 1

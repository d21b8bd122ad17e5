report=$(promtool check config{{mode}} /etc/podwatch/current/files/prometheus.yml 2>&1) || {
  # Some builds leave discoveries out; what promtool says then would send people looking for a typing error.
  missing=$(printf '%s\n' "$report" |
    sed -n 's/.*field \([a-z0-9]*\)_sd_configs not found in type.*/\1/p' | head -n 1)
  if [ -z "$missing" ]; then
    printf '%s\n' "$report"
  else
    echo "the Prometheus in this image was built without service discovery for $missing; write an image that has it, such as the official docker.io/prom/prometheus, under podwatch:prometheus.image"
  fi
  exit 1
}
printf '%s\n' "$report"

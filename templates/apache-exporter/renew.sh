# shellcheck disable=SC2154 # ctl is found by what is put before this
runs() {
  systemctl --quiet is-active apache2.service 2>/dev/null || systemctl --quiet is-active httpd.service 2>/dev/null ||
    pgrep -x 'apache2|httpd' >/dev/null 2>&1
}

# `graceful` would start it.
if [ -z "$ctl" ] || ! runs; then
  echo "note: Apache does not run on this host; its status block takes effect when it is started"
  exit 0
fi
report=$("$ctl" graceful 2>&1) || {
  echo "Apache cannot be reloaded: $(printf '%s\n' "$report" | grep -v '^AH00558' | tail -n 3)"
  exit 1
}

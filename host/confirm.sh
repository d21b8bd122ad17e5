# What could cut off the host is taken back by itself unless a second log-in, which has to get through it, confirms it.

# How long it stays without that, in seconds.
readonly CONFIRM_SECONDS=60

readonly REVERT_UNIT=podwatch-firewall-revert

boot() {
  cat /proc/sys/kernel/random/boot_id
}

# Called before the release is brought into force; needs no confirmation if it has been confirmed before.
await_confirmation() {
  forget_revert
  if cmp -s "$release/files/rules.nft" "$home/confirmed"; then
    rm -f "$home/unconfirmed"
    return
  fi
  { boot && log_in; } >"$home/unconfirmed" &&
    systemd-run --quiet --collect --unit="$REVERT_UNIT" --on-active="$CONFIRM_SECONDS" --timer-property=AccuracySec=1s \
      /bin/sh "$STATE/runner" revert "$service" 9>&-
}

# `confirm <service> <release> [here]`: `here` from the host itself, where there is no log-in to get through.
confirm_service() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  lock "$service"
  if [ "$(readlink "$home/current" || :)" != "releases/$2" ]; then
    fail "another $service is in force on this host than this deployment applied: run pulumi up again"
  fi
  if [ -e "$home/unconfirmed" ]; then
    if [ -z "${3:-}" ] && [ "$(sed -n '2,$p' "$home/unconfirmed")" = "$(log_in)" ]; then
      fail "a $service is confirmed by a log-in of its own, and this is the one that applied it"
    fi
    { cp "$home/current/files/rules.nft" "$home/confirmed.new" && mv "$home/confirmed.new" "$home/confirmed"; } ||
      fail "cannot write to $home; is the disk full?"
    rm -f "$home/unconfirmed"
    forget_revert
  elif ! cmp -s "$home/current/files/rules.nft" "$home/confirmed"; then
    fail "no second log-in got through the new $service within $CONFIRM_SECONDS s, so the host took it back:
correct podwatch:$service, or if only the connection failed, load it again with npm run repair"
  fi
  say confirmed
}

# `revert <service>`: called by the timer.
revert_service() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  lock "$service"
  [ -e "$home/unconfirmed" ] || return 0
  rm -f "$home/unconfirmed"
  load_rules "$service"
  say "no second log-in confirmed the new $service within $CONFIRM_SECONDS s: what was before is in force again"
}

# Not the service, which may be what calls this.
forget_revert() {
  systemctl stop "$REVERT_UNIT.timer" 2>/dev/null || :
}

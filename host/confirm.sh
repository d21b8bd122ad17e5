# What could cut off the host is taken back by itself unless a second log-in, which has to get through it, confirms it.

#
# Of a kind that does so, `guarded` names the file of the release that decides, `load` brings into force what `in_force` names, and
# `take_back` does so while the host runs.
#
#   services/<name>/confirmed     that file as it was when it was confirmed; absent: none has been yet
#   services/<name>/unconfirmed   exists while the current release is not confirmed: the boot, and the log-in that applied it

# How long it stays without that, in seconds, unless the bundle says otherwise.
readonly CONFIRM_SECONDS=60

confirm_seconds() {
  seconds=$(header "$home/current" confirm-within)
  say "${seconds:-$CONFIRM_SECONDS}"
}

revert_unit() {
  say "podwatch-$service-revert"
}

# `guarded_in <release>`
guarded_in() {
  say "$1/files/$(of_kind guarded)"
}

# The file that is to be in force; none if none has been confirmed. One that is not confirmed holds for the boot in which it was applied.
in_force() {
  if [ -e "$home/unconfirmed" ] && [ "$(sed -n 1p "$home/unconfirmed")" = "$(boot)" ]; then
    guarded_in "$home/current"
    return
  fi
  rm -f "$home/unconfirmed"
  [ ! -e "$home/confirmed" ] || say "$home/confirmed"
}

boot() {
  cat /proc/sys/kernel/random/boot_id
}

# Called before the release is brought into force; needs no confirmation if it has been confirmed before.
await_confirmation() {
  forget_revert
  if cmp -s "$(guarded_in "$release")" "$home/confirmed"; then
    rm -f "$home/unconfirmed"
    return
  fi
  { boot && log_in; } >"$home/unconfirmed" &&
    systemd-run --quiet --collect --unit="$(revert_unit)" --on-active="$(confirm_seconds)" --timer-property=AccuracySec=1s \
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
    { cp "$(guarded_in "$home/current")" "$home/confirmed.new" && mv "$home/confirmed.new" "$home/confirmed"; } ||
      fail "cannot write to $home; is the disk full?"
    rm -f "$home/unconfirmed"
    forget_revert
  elif ! cmp -s "$(guarded_in "$home/current")" "$home/confirmed"; then
    fail "no second log-in got through the new $service within $(confirm_seconds) s, so the host took it back:
correct podwatch:$service, or if only the connection failed, load it again with npm run repair"
  fi
  say confirmed
}

# `load <service>`: called by the unit, at boot and whenever what is in force may be gone.
load_service() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  of_kind load
}

# `revert <service>`: called by the timer.
revert_service() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  lock "$service"
  [ -e "$home/unconfirmed" ] || return 0
  rm -f "$home/unconfirmed"
  of_kind take_back
  say "no second log-in confirmed the new $service within $(confirm_seconds) s: what was before is in force again"
}

# Not the service, which may be what calls this.
forget_revert() {
  systemctl stop "$(revert_unit).timer" 2>/dev/null || :
}

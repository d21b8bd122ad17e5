# Work that systemd starts by a calendar: a timer, and the service that does the work and ends. The main unit is the timer.

KINDS="$KINDS timer"

timer_is_found() {
  is_unit_of_ours "podwatch-$service.timer"
}

timer_unit() {
  say "podwatch-$service.timer"
}

timer_units() {
  say "$unit"
  say "${unit%.timer}.service"
}

timer_working_units() {
  say "${unit%.timer}.service"
}

# The image is that of the containers that do the work.
timer_check() {
  command -v systemd-analyze >/dev/null || fail "the command systemd-analyze is not installed on this host"
  schedule=$(sed -n 's/^OnCalendar=//p' "$candidate/unit/$unit")
  if ! report=$(systemd-analyze calendar "$schedule" 2>&1 9>&-) ||
    ! say "$report" | grep 'Next elapse:' | grep -qv never; then
    way_out=$(advice "$candidate" schedule)
    fail "systemd on this host cannot keep the schedule \"$schedule\" of $service; nothing was changed${way_out:+: $way_out}"
  fi
  verify_units
  make_host_directories
  image=$(header "$candidate" image)
  if [ -n "$image" ]; then
    of_engine check
    provide_image
  fi
}

# A timer that is not enabled would be gone after the next boot.
timer_holds() {
  any_holds && is_enabled
}

is_enabled() {
  [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = enabled ]
}

timer_activate() {
  [ "$1" = updated ] || [ -z "$secrets" ] || report=$(use_secrets "$secrets" 2>&1) || {
    reason=$report
    return 1
  }
  any_activate "$1"
}

# A timer waits, so there is nothing to observe.
timer_prove() {
  run_activation_hook started
}

# Its scripts run on the host, and find the runner there.
timer_run() {
  PODWATCH_RUNNER=$SELF timeout -k 5 "$1" /bin/sh -s 9>&-
}

timer_remove() {
  [ ! -e "$home/current/hooks/removed" ] || run_hook "$home/current" removed >/dev/null || :
  remove_units
}

timer_is_ready() {
  systemctl --quiet is-active "$unit"
}

timer_drift() {
  [ ! -e "$(unit_path "$unit")" ] || is_enabled || say "unit disabled $unit"
}

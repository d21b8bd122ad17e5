# Proves that a service works: readiness scripts, restarts, log lines for error messages.

# Seconds since boot: monotonic, unlike the wall clock.
uptime_seconds() {
  read -r uptime _ </proc/uptime
  say "${uptime%%.*}"
}

# Runs one of a release's scripts.
run_hook() {
  of_kind run 120 "$1" <"$1/hooks/$2"
}

# Retries a release's readiness script until it succeeds, at most so many times.
probe() {
  # shellcheck disable=SC2016 # the variables are those of the script
  {
    printf 'ready() {\n'
    cat "$1/hooks/ready"
    printf '}\ntries=%s\n' "$2"
    printf 'until ready; do tries=$((tries - 1)); [ "$tries" -gt 0 ] || exit 1; sleep 0.05; done\n'
  } | of_kind run 60 "$1" >/dev/null 2>&1
}

# Waits until a release is ready; gives up when it has failed for good, and sets `reason`.
await_ready() {
  within=$(header "$1" ready-within)
  give_up=$(($(uptime_seconds) + within))
  until probe "$1" 100; do
    if [ "$(systemctl show --property NRestarts --value "$(unit_service)")" -ge "$CRASHES" ]; then
      reason="it ended again and again right after its start"
      return 1
    fi
    if [ "$(uptime_seconds)" -ge "$give_up" ]; then
      reason="it was not ready within $within s"
      return 1
    fi
    sleep 0.1
  done
}

# A service that crashes soon after it became ready counts as failed.
await_steady() {
  invocation=$(systemctl show --property InvocationID --value "$1")
  steady_at=$(($(uptime_seconds) + STEADY_SECONDS))
  while [ "$(uptime_seconds)" -lt "$steady_at" ]; do
    sleep 0.5
    if ! systemctl --quiet is-active "$1" ||
      [ "$(systemctl show --property InvocationID --value "$1")" != "$invocation" ]; then
      reason="it was ready, but ended within $STEADY_SECONDS s"
      return 1
    fi
  done
}

# The journal's current cursor, for `last_log_lines`; empty without a journal. Not a time, since the clock may be set meanwhile.
end_of_journal() {
  timeout -k 5 30 journalctl --no-pager --quiet --output cat --lines 1 --show-cursor 2>/dev/null 9>&- |
    sed -n 's/^-- cursor: //p' | tail -n 1
}

# The last log lines of a service since a cursor.
last_log_lines() {
  of_kind log "$1" "$2" | sed '/^$/d; s/^/  | /'
}

# Some programs print all of their options beside the reason why they refuse one, once for each start. Where they print them to
# another stream than the reason, this may stand anywhere among them.
without_usage() {
  awk '
    /^([Uu]sage: |Usage of )/ { usage = 1; options = 0 }
    /^([A-Z][A-Za-z ]*:$| +-)/ { options = 1 }
    /^(([^ ]+ )?[Ee]rror|panic|fatal|time=|ts=|level=|\{)/ { if (usage) usage = 2; if ($0 != before) print; before = $0; next }
    usage == 2 && options && /^[^ \t]/ && !/^[A-Z][A-Za-z ]*:$/ { usage = 0 }
    !usage && $0 != "" && $0 != before { print; before = $0 }'
}

# With a cursor, `--lines` selects the first lines, not the last.
journal_since() {
  cursor=$1
  shift
  timeout -k 5 30 journalctl --no-pager --quiet --output cat ${cursor:+--after-cursor "$cursor"} "$@" 2>&1 9>&-
}

# Passes on lines of a hook that start with `note: `, which the user should see even on success. Returns the hook's exit status.
run_activation_hook() {
  [ -e "$release/hooks/$1" ] || return 0
  report=$(run_hook "$release" "$1" 2>&1) || {
    set -- $?
    reason="$(say "$report" | tail -n 5)"
    return "$1"
  }
  notes=$(say "$report" | grep '^note: ' || :)
}

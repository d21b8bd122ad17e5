# podman and systemd. Nothing that they start may inherit the lock (descriptor 9).

podman() {
  command podman "$@" 9>&-
}

systemctl() {
  if [ -n "$ROOTLESS" ]; then
    command systemctl --user "$@" 9>&-
  else
    command systemctl "$@" 9>&-
  fi
}

# The Quadlet generator's view of the units in a directory.
quadlet_dryrun() {
  if [ -n "$ROOTLESS" ]; then
    QUADLET_UNIT_DIRS=$1 /usr/lib/systemd/user-generators/podman-user-generator --user --dryrun
  else
    QUADLET_UNIT_DIRS=$1 /usr/lib/systemd/system-generators/podman-system-generator --dryrun
  fi
}

# Seconds since boot: a clock that is set does not disturb it.
uptime_seconds() {
  read -r uptime _ </proc/uptime
  say "${uptime%%.*}"
}

# Runs the script on standard input for so many seconds at most: inside a release's container, inside the one that it
# names because its own image has no shell, or on the host if it is no container.
run_inside() {
  if is_native; then
    timeout -k 5 "$1" /bin/sh -s 9>&-
  else
    place=$(header "$2" hooks-in)
    timeout -k 5 "$1" podman exec -i "${place:-$container}" /bin/sh -s 9>&-
  fi
}

# Runs one of a release's scripts.
run_hook() {
  run_inside 120 "$1" <"$1/hooks/$2"
}

# Asks a release's ready script again and again until it succeeds, so many times.
probe() {
  # shellcheck disable=SC2016 # the variables are those of the script
  {
    printf 'ready() {\n'
    cat "$1/hooks/ready"
    printf '}\ntries=%s\n' "$2"
    printf 'until ready; do tries=$((tries - 1)); [ "$tries" -gt 0 ] || exit 1; sleep 0.1; done\n'
  } | run_inside 60 "$1" >/dev/null 2>&1
}

# Waits until a release is ready; on failure, `reason` says why it is not worth waiting any longer.
await_ready() {
  within=$(header "$1" ready-within)
  give_up=$(($(uptime_seconds) + within))
  until probe "$1" 50; do
    if [ "$(systemctl show --property NRestarts --value "$container.service")" -ge "$CRASHES" ]; then
      reason="it ended again and again right after its start"
      return 1
    fi
    if [ "$(uptime_seconds)" -ge "$give_up" ]; then
      reason="it was not ready within $within s"
      return 1
    fi
    sleep 0.2
  done
}

# A service that falls over soon after it was ready has not come up.
await_steady() {
  invocation=$(systemctl show --property InvocationID --value "$1.service")
  steady_at=$(($(uptime_seconds) + STEADY_SECONDS))
  while [ "$(uptime_seconds)" -lt "$steady_at" ]; do
    sleep 0.5
    if ! systemctl --quiet is-active "$1.service" ||
      [ "$(systemctl show --property InvocationID --value "$1.service")" != "$invocation" ]; then
      reason="it was ready, but ended within $STEADY_SECONDS s"
      return 1
    fi
  done
}

# Whether a volume was made for the service.
is_volume_of_ours() {
  [ "$(podman volume inspect --format '{{index .Labels "io.podwatch.service"}}' "$1" 2>/dev/null)" = "$service" ]
}

ensure_image() {
  if podman image exists "$1"; then
    return
  fi
  note_image "$1"
  if ! fetch 900 podman pull --quiet "$1"; then
    fail "the image $1 cannot be pulled: $(say "$report" | tail -n 1)"
  fi
}

# Runs a command that brings an image, for so many seconds at most; `report` is what it says. What podman leaves when it
# is killed stands where the next run of the service finds it.
fetch() {
  mkdir -p "$home/pull" || fail "cannot write to $home; is the disk full?"
  seconds=$1
  shift
  fetched=0
  report=$(TMPDIR=$home/pull timeout -k 10 "$seconds" "$@" 2>&1 </dev/null 9>&-) || fetched=$?
  rm -rf "$home/pull"
  return "$fetched"
}

# Before it is there, so that an image is known to be ours even if this run does not live to see it.
note_image() {
  mkdir -p "$STATE/images"
  record=$STATE/images/$(say "$1" | sha256sum | cut -c 1-16)
  say "$1" >"$record" || fail "cannot write to $STATE; is the disk full?"
}

# Removes an image that the runner pulled or built and that no service uses any more, nor an image that one uses.
drop_image() {
  record=$STATE/images/$(say "$1" | sha256sum | cut -c 1-16)
  if [ ! -e "$record" ] || some_service_says -xF -e "image $1" -e "base-image $1"; then
    return
  fi
  podman image rm "$1" >/dev/null 2>&1 || :
  rm -f "$record"
}

# Whether a header of any service, in force or about to be, is what grep is asked for. Candidates first: another service's
# may become its release between the two looks, and has to be seen in one of them.
some_service_says() {
  grep -qs "$@" "$STATE"/services/*/candidate/current/headers ||
    grep -qs "$@" "$STATE"/services/*/releases/*/headers
}

# The images that interrupted runs have pulled or replaced.
drop_unused_images() {
  for record in "$STATE"/images/*; do
    [ ! -e "$record" ] || drop_image "$(cat "$record")"
  done
}

# Where the journal ends, for `last_log_lines`; empty while there is none. Not a time, since the clock may be set meanwhile.
end_of_journal() {
  timeout -k 5 30 journalctl --no-pager --quiet --output cat --lines 1 --show-cursor 2>/dev/null 9>&- |
    sed -n 's/^-- cursor: //p' | tail -n 1
}

# What podman complained of and what a service said last, since a former end of the journal.
last_log_lines() {
  if is_native; then
    journal_since "$2" ${ROOTLESS:+--user} --unit "$1.service" --unit "$1.socket" | tail -n 12 | sed '/^$/d; s/^/  | /'
    return
  fi
  {
    journal_since "$2" ${ROOTLESS:+--user} --unit "$1.service" | grep '^Error: ' | tail -n 3 || :
    journal_since "$2" CONTAINER_NAME="$1" | tail -n 12 || :
  } | sed '/^$/d; s/^/  | /'
}

# Together with a cursor, `--lines` would mean the first lines, not the last.
journal_since() {
  cursor=$1
  shift
  timeout -k 5 30 journalctl --no-pager --quiet --output cat ${cursor:+--after-cursor "$cursor"} "$@" 2>&1 9>&-
}

# Data volumes: out of the host as a tar archive, and back.

# `backup <service>`: the archive goes to standard output, and after it a line with its digest, as it was before it left.
# The service is stopped for as long as that takes, since neither a data base nor a write-ahead log can be copied in
# pieces while it is written to.
back_up() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  lock "$service"
  podman volume exists "$container" || fail "$service has no data on this host"
  { work=$(mktemp -d) && mkfifo "$work/copy"; } || fail "no temporary file can be made; is the disk full?"
  trap 'rm -rf "$work"' EXIT
  if systemctl --quiet is-active "$(unit_service)"; then
    trap 'rm -rf "$work"; start_again' EXIT
    systemctl stop "$(unit_service)" || fail "$service cannot be stopped"
  fi
  sha256sum <"$work/copy" >"$work/digest" 9>&- &
  # podman opens its output anew by name, which cannot be done with the socket that a caller on this machine may give us.
  # Nothing is copied any more once the caller is gone: podman, which would wait for ever for its own helper, is ended then.
  exec 4>&1
  failed=$({ { export_volume || echo failed >&3; } | { (trap - PIPE && exec tee "$work/copy") >&4 || end_export; }; } 3>&1)
  exec 4>&-
  wait
  [ -z "$failed" ] || fail "the data of $service cannot be read"
  say "podwatch-archive $(cut -d ' ' -f 1 "$work/digest")"
}

export_volume() {
  # shellcheck disable=SC2016 # the variables are those of the script
  sh -c 'echo "$$" >"$1" && exec podman volume export "$2"' sh "$work/exporter" "$container" 9>&-
}

end_export() {
  kill "$(cat "$work/exporter")" 2>/dev/null || :
}

start_again() {
  systemctl start "$(unit_service)" || say "podwatch: $service cannot be started again" >&2
}

# `restore <service> <sha256> [force]`, the archive on standard input. It is unpacked beside the data, and the two change
# places only when all of it is there and right; the data of before come back when the service does not.
restore_data() {
  inspect "$1"
  wanted=$2
  lock "$service"
  [ -e "$home/current/headers" ] || fail "$service is not installed on this host: run pulumi up first"
  podman volume exists "$container" || fail "$service has no data volume on this host: run pulumi up first"
  live=$(mountpoint_of "$container")
  if [ -z "${3:-}" ] && [ -n "$(as_owner ls -A "$live")" ]; then
    fail "$service has data on this host already; to replace them, say --force"
  fi
  staged=$container-restore
  clean_up=drop_staged
  drop_staged
  ! podman volume exists "$staged" ||
    fail "there is already a volume named $staged that is not managed by Podwatch; rename or remove it first"
  podman volume create --label io.podwatch.service="$service" "$staged" >/dev/null || fail "no volume can be made; is the disk full?"
  receive_archive
  input_read=yes
  exchange
  if ! restart_and_prove; then
    exchange
    failure=$reason
    restart_and_prove || fail "$service does not come up with these data: $failure; nor with those of before: $reason"
    fail "$service does not come up with these data: $failure. Those of before are back"
  fi
  drop_staged
  say restored
}

drop_staged() {
  ! is_volume_of_ours "$staged" || podman volume rm --force "$staged" >/dev/null 2>&1 || :
}

# An ordinary user's volumes belong to his subordinate users.
as_owner() {
  if [ -n "$ROOTLESS" ]; then podman unshare "$@"; else "$@"; fi
}

mountpoint_of() {
  podman volume inspect --format '{{.Mountpoint}}' "$1"
}

# The digest is taken of what is unpacked, so that an archive that was cut off is noticed.
receive_archive() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkfifo "$work/copy"
  sha256sum <"$work/copy" >"$work/digest" &
  unpacked=yes
  tee "$work/copy" | podman volume import "$staged" - >/dev/null 2>"$work/error" || unpacked=
  wait
  if [ "$(cut -d ' ' -f 1 "$work/digest")" != "$wanted" ]; then
    fail "the archive did not arrive whole"
  fi
  [ -n "$unpacked" ] || fail "the archive cannot be unpacked: $(tail -n 1 "$work/error")"
}

# Both volumes are directories of the same file system: each takes the other's name.
exchange() {
  systemctl stop "$(unit_service)" || :
  other=$(mountpoint_of "$staged")
  as_owner chown --reference="$live" "$other"
  as_owner chmod --reference="$live" "$other"
  as_owner mv "$live" "$live.away"
  as_owner mv "$other" "$live"
  as_owner mv "$live.away" "$other"
}

restart_and_prove() {
  reason="systemd cannot start it"
  release=$home/current
  systemctl restart "$(unit_service)" || return 1
  await_ready "$release" || return 1
  if [ -e "$release/hooks/started" ] && ! report=$(run_hook "$release" started 2>&1); then
    reason=$(say "$report" | tail -n 1)
    return 1
  fi
}

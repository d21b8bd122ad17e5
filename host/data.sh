# Backup and restore of data volumes, as tar archives.

# `backup <service>`: writes the archive to standard output, followed by a line with its digest as computed on the host.
# The service is stopped meanwhile, since neither a database nor a write-ahead log can be copied consistently while it is
# being written.
back_up() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  lock "$service"
  of_engine has_volume "$container" || fail "$service has no data on this host"
  { work=$(mktemp -d) && mkfifo "$work/copy"; } || fail "no temporary file can be made; is the disk full?"
  trap 'rm -rf "$work"' EXIT
  if systemctl --quiet is-active "$(unit_service)"; then
    trap 'rm -rf "$work"; start_again' EXIT
    systemctl stop "$(unit_service)" || fail "$service cannot be stopped"
  fi
  send_volume "$container"
}

# Writes a volume to standard output, and then its digest; files in `$work`.
send_volume() {
  sha256sum <"$work/copy" >"$work/digest" 9>&- &
  # podman reopens its output by name, which fails for a socket, and a caller on this machine may pass one as standard output.
  # Once the caller is gone, copying stops; podman would then wait for its helper forever, so it is killed.
  exec 4>&1
  failed=$({ { export_volume "$1" || echo failed >&3; } | { (trap - PIPE && exec tee "$work/copy") >&4 || end_export; }; } 3>&1)
  exec 4>&-
  wait
  [ -z "$failed" ] || fail "the data of $service cannot be read"
  say "podwatch-archive $(cut -d ' ' -f 1 "$work/digest")"
}

export_volume() {
  of_engine export "$1" "$work/exporter"
}

end_export() {
  kill "$(cat "$work/exporter")" 2>/dev/null || :
}

start_again() {
  systemctl start "$(unit_service)" || say "podwatch: $service cannot be started again" >&2
}

# `restore <service> <sha256> [force]`, the archive on standard input. It is unpacked beside the existing data and swapped in
# only if it is complete and its digest matches; if the service does not come up, the previous data are restored.
restore_data() {
  wanted=$2
  replace_data "$1" receive_archive "${3:-}"
}

# `replace_data <service> <function that fills the volume $staged> [force]`
replace_data() {
  inspect "$1"
  lock "$service"
  [ -e "$home/current/headers" ] || fail "$service is not installed on this host: run pulumi up first"
  of_engine has_volume "$container" || fail "$service has no data volume on this host: run pulumi up first"
  live=$(mountpoint_of "$container")
  if [ -z "${3:-}" ] && [ -n "$(as_owner ls -A "$live")" ]; then
    fail "$service has data on this host already; to replace them, say --force"
  fi
  staged=$container-restore
  clean_up=drop_staged
  make_staged
  "$2"
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

# An empty volume beside the service's own.
make_staged() {
  drop_staged
  ! of_engine has_volume "$staged" ||
    fail "there is already a volume named $staged that is not managed by Podwatch; rename or remove it first"
  of_engine create_volume "$staged" || fail "no volume can be made; is the disk full?"
}

drop_staged() {
  ! is_volume_of_ours "$staged" || "$engine" volume rm --force "$staged" >/dev/null 2>&1 || :
}

# Files in a rootless volume belong to subordinate UIDs of the user.
as_owner() {
  if [ -n "$ROOTLESS" ]; then podman unshare "$@"; else "$@"; fi
}

# The digest is computed while unpacking, so a truncated archive is detected.
receive_archive() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkfifo "$work/copy"
  sha256sum <"$work/copy" >"$work/digest" &
  unpacked=yes
  tee "$work/copy" | of_engine import "$staged" 2>"$work/error" || unpacked=
  wait
  if [ "$(cut -d ' ' -f 1 "$work/digest")" != "$wanted" ]; then
    fail "the archive did not arrive whole"
  fi
  [ -n "$unpacked" ] || fail "the archive cannot be unpacked: $(tail -n 1 "$work/error")"
}

# Both volumes are directories on the same file system, so they are swapped by renaming.
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

# Lists and restores backups, of this host and of others.

# `saved <service> <host>`: restic's list of the backups of a host, in JSON; on standard input the password, if it is not that of
# this host.
list_saved() {
  use_saved "$1" "$2"
  restic_with -- snapshots --host "$from" --json --quiet 2>"$work/error" ||
    fail "the backups in $(place) cannot be listed: $(restic_said <"$work/error")"
}

# Sets `from`, and `password` where one comes on standard input.
use_saved() {
  use_job "$1" "$2"
  work=$(mktemp -d) || fail "no temporary file can be made; is the disk full?"
  trap 'rm -rf "$work"' EXIT
  cat >"$work/password"
  input_read=yes
  [ ! -s "$work/password" ] || password=$work/password
}

# `fetch_saved <service> <run>`: unpacks a backup into the volume `$staged`.
fetch_saved() {
  only=
  [ "$2" = latest ] || only="--tag $2"
  other=$(mountpoint_of "$staged")
  # shellcheck disable=SC2086 # an option and its value
  if ! restic_with --tmpfs=/to "--volume=$other:/to/data/$1" -- restore latest --host "$from" --path "/data/$1" $only \
    --target /to --quiet >/dev/null 2>"$work/error"; then
    fail "there is no backup $2 of $1 in $(place) that can be restored: $(restic_said <"$work/error")"
  fi
}

# `restore-saved <service> <host> <run>|latest <saved service> [force]`: replaces the data of a service by those of a backup, of
# this host or of another one.
restore_saved() {
  use_saved "$1" "$2"
  run=$3
  replace_data "$4" receive_saved "${5:-}"
}

receive_saved() {
  fetch_saved "$service" "$run"
}

# `send-saved <service> <host> <run>|latest <saved service>`: writes a backup to standard output, like `backup`.
send_saved() {
  use_saved "$1" "$2"
  lock "$job_name-send"
  staged=$job_name-send
  service=$1
  clean_up=drop_staged
  make_staged
  mkfifo "$work/copy" || fail "no temporary file can be made; is the disk full?"
  fetch_saved "$4" "$3"
  send_volume "$staged"
  drop_staged
}

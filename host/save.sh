# Makes backups: copies of volumes at one moment, handed to restic (backup.sh). Metrics tell of each run.

# `save <service>`: a backup of everything. A service that fails keeps none of the others from being saved.
save_all() {
  input_read=yes
  use_job "$1"
  if [ "$(cat "$job_home/prepared" 2>/dev/null)" != "$(place)" ]; then
    say "a deployment is about to prepare $(place)"
    return
  fi
  run_as=$(of_engine named_anew "$job_name-run")
  begun=$(date +%s)
  run=$(date -u -d "@$begun" +%Y%m%dT%H%M%SZ)
  : >"$job_home/sizes.new"
  failures=
  clear_away
  restic_with -- unlock --quiet || :
  for name in $(job service); do
    (save_one "$name" "$run") || failures="$failures $name"
  done
  forget_old || failures="$failures (old backups)"
  [ -z "$failures" ] || fail "not saved:$failures"
  mv "$job_home/sizes.new" "$job_home/sizes"
  say "$begun $(($(date +%s) - begun))" >"$job_home/last-good.new" && mv "$job_home/last-good.new" "$job_home/last-good"
  write_metrics 1
  say saved
}

# `save_one <service> <run>`, in a subshell.
save_one() {
  say "saving $1"
  stage "$1"
  # A link changes the time at which a file's inode was changed; what is compared is time, size and number of the file.
  restic_with "--volume=$staged:/data/$1:ro" -- backup "/data/$1" --host "$host" --tag "$2" --ignore-ctime --json --quiet \
    >"$job_home/summary" || fail "$1: restic failed"
  drop_stage "$1"
  bytes=$(sed -n 's/.*"message_type":"summary".*"total_bytes_processed":\([0-9]*\).*/\1/p' "$job_home/summary")
  say "$1 ${bytes:-0}" >>"$job_home/sizes.new"
}

# A copy of a service's volume as it is at one moment, at `$staged`. The service is frozen while it is made, for well below a
# second: files are linked, and only those copied that change in place. So it looks as after a power cut, which every program
# with data survives.
stage() {
  volume=podwatch-$1
  lock "$1"
  live=$(mountpoint_of "$volume" 2>/dev/null) || fail "$1 has no data on this host"
  staged=$(stage_of "$live")
  rewritten=$(job "rewritten $1")
  appended=$(job "appended $1")
  drop_stage "$1"
  frozen=
  quietly=$(of_engine quietly)
  [ "$("$engine" inspect --format '{{.State.Status}}' "$volume" 2>/dev/null)" != running ] || frozen=yes
  [ -z "$frozen" ] || "$engine" ${quietly:+"$quietly"} pause "$volume" >/dev/null || fail "$1 cannot be frozen"
  copied=yes
  as_owner sh -c "$COPY" copy "$live" "$staged" "$rewritten" "$appended" || copied=
  [ -z "$frozen" ] || "$engine" ${quietly:+"$quietly"} unpause "$volume" >/dev/null || fail "$1 cannot go on"
  [ -n "$copied" ] || fail "the data of $1 cannot be copied; is the disk full?"
  exec 9>&-
}

# `copy <from> <to> <patterns of files that are changed in place> <directories whose last file grows>`
# shellcheck disable=SC2016 # a script
readonly COPY='
set -eu
cp -al "$1" "$2" 2>/dev/null || { rm -rf "$2" && cp -a "$1" "$2"; }
cd "$1"
own() { [ ! -f "$1" ] || { rm -f "$to/$1" && cp -p "$1" "$to/$1"; }; }
to=$2
for pattern in $3; do own "$pattern"; done
for directory in $4; do
  [ ! -d "$directory" ] || own "$directory/$(ls "$directory" | tail -n 1)"
done
'

# Beside the volume, on the same file system.
stage_of() {
  say "${1%/*}/podwatch-backup"
}

drop_stage() {
  live=$(mountpoint_of "podwatch-$1" 2>/dev/null) || return 0
  as_owner rm -rf "$(stage_of "$live")"
}

forget_old() {
  within=$(job keep-within)
  restic_with -- forget --host "$host" --group-by host,paths --prune --quiet --retry-lock 35m \
    --keep-last "$(job keep-last)" ${within:+--keep-within "$within"}
}

# `save-ended <service>`, called by systemd whatever became of `save`: a killed one leaves a service frozen.
end_saving() {
  input_read=yes
  use_job "$1"
  clear_away
  [ "${SERVICE_RESULT:-}" = success ] || write_metrics 0
}

# What a killed run has left.
clear_away() {
  of_engine remove_container "$job_name-run" 2>/dev/null || :
  quietly=$(of_engine quietly)
  for name in $(job service); do
    "$engine" ${quietly:+"$quietly"} unpause "podwatch-$name" >/dev/null 2>&1 || :
    drop_stage "$name"
  done
}

metrics_file() {
  say "$(expanded "$(job metrics)")/podwatch-backup.prom"
}

# `write_metrics 1|0`: whether the run just ended was good.
write_metrics() {
  file=$(metrics_file)
  mkdir -p "${file%/*}"
  {
    metric last_run_success "Whether the last backup was good." "$1"
    metric last_run_timestamp_seconds "When the last backup ended." "$(date +%s)"
    if [ -e "$job_home/last-good" ]; then
      read -r begun took <"$job_home/last-good"
      metric last_success_timestamp_seconds "When the last good backup was begun." "$begun"
      metric last_success_duration_seconds "How long the last good backup took." "$took"
      say "# HELP podwatch_backup_size_bytes Data of a service in the last good backup."
      say "# TYPE podwatch_backup_size_bytes gauge"
      while read -r name bytes; do say "podwatch_backup_size_bytes{service=\"$name\"} $bytes"; done <"$job_home/sizes"
    fi
  } >"$file.new"
  chmod 644 "$file.new"
  mv "$file.new" "$file"
}

metric() {
  say "# HELP podwatch_backup_$1 $2"
  say "# TYPE podwatch_backup_$1 gauge"
  say "podwatch_backup_$1 $3"
}

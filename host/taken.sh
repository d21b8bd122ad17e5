# Disks that are taken from a host: who still uses one. It is unmounted only when nobody does, and never behind anybody's back.

# `users_of <directory>`: a line `service <name>` or `other <who>` for each that uses what is mounted there.
users_of() {
  [ -n "$(numbers_at "$1")" ] || return 0
  {
    users_of_files "$1"
    users_of_mounts "$1" "$(numbers_at "$1")"
  } | sort -u | while read -r pid where; do
    user_named "$pid" "$where" "$1"
  done | sort -u
}

users_of_files() {
  find /proc/[0-9]*/fd /proc/[0-9]*/map_files /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe -maxdepth 1 \
    \( -lname "$1" -o -lname "$1/*" \) 2>/dev/null | cut -d / -f 3
}

# Containers see directories of the disk by mounts of their own, which would outlast its unmounting here; a mount of the whole follows it.
users_of_mounts() {
  grep -s " $2 " /proc/[0-9]*/mountinfo | awk -v numbers="$2" '
    $3 != numbers { next }
    $4 == "/" && / (shared|master):[0-9].* - / { next }
    { split($1, words, "/"); print words[3], $5 }'
  awk -v at="$1/" 'index($5, at) == 1 { print "mount", $5 }' /proc/self/mountinfo
}

# `user_named <process> <where it sees the disk, or nothing> <directory>`
user_named() {
  if [ "$1" = mount ]; then
    say "other what is mounted at $2"
  elif [ -n "$2" ] && [ "$(readlink "/proc/$1/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ]; then
    [ "$2" = "$3" ] || say "other what is mounted at $2"
  else
    user_by_process "$1"
  fi
}

user_by_process() {
  group=$(cat "/proc/$1/cgroup" 2>/dev/null) || return 0
  ours=$(say "$group" | sed -n 's,.*/podwatch-\([a-z0-9-]*\)\.service.*,\1,p' | head -n 1)
  id=$(say "$group" | grep -oE '[0-9a-f]{64}' | head -n 1 || :)
  if [ -z "$ours" ] && [ -n "$id" ]; then
    ours=$(container_by_id "$id")
    case $ours in
      podwatch-*) ours=${ours#podwatch-} ;;
      ?*)
        say "other the container $ours"
        return 0
        ;;
    esac
  fi
  if [ -n "$ours" ]; then
    say "service $ours"
  else
    say "other $(cat "/proc/$1/comm" 2>/dev/null || say a process) (process $1)"
  fi
}

container_by_id() {
  for each_engine in $ENGINES; do
    ! is_on_host "$each_engine" || "$each_engine" container inspect --format '{{.Name}}' "$1" 2>/dev/null | sed 's,^/,,'
  done
}

# `strangers_on <directory>`: in words; nothing if only services of ours use it.
strangers_on() {
  users_of "$1" | sed -n 's/^other //p' | in_words
}

in_words() {
  paste -s -d , - | sed 's/,/, /g'
}

# `kept_by <directory> <service>...`: which of these services keep data there, by what runs of them now.
kept_by() {
  below=$1
  shift
  for keeper in "$@"; do
    places_of "$STATE/services/$keeper" | while read -r kept_at; do
      case $kept_at/ in
        "$below"/*) say "$keeper" ;;
      esac
    done
  done | sort -u | in_words
}

# `places_of <service's directory>`: the directories of the host in which it keeps data.
places_of() {
  [ -e "$1/current/headers" ] || return 0
  [ -z "$(header "$1/current" data)" ] || volume_of "$1"
  header "$1/current" own-volume | cut -d : -f 1
  header "$1/current" host-directory
  sed -n 's/^directory //p' "$1/current/files/job" 2>/dev/null || :
}

volume_of() (
  use_engine "$(engine_of "$1/current")"
  mountpoint_of "podwatch-${1##*/}" 2>/dev/null || :
)

# Before anything is done on the host; `planned` names what is deployed, and after @ the directories of the disks that stay. Only those who
# have a part in the disks take them away.
mount_foresee() {
  for services in "$STATE"/services/*/current; do
    if [ "$(kind_of "$services")" != mount ] || ! grep -qsxF -e "$owner" "${services%/current}/owners"; then continue; fi
    kept=$(for word in $planned; do case $word in mount/*@*) say "${word#*@}" | tr , '\n' ;; esac; done)
    staying=$(for word in $planned; do say "$word"; done | sed 's,^[^/]*/,,; s/[=@].*//')
    header "$services" disk | while read -r disk _ _ _ place; do
      # shellcheck disable=SC2086 # a list of names
      say "$kept" | grep -qxF -e "$place" || refuse_taking "$place" "$(advice "$services" "disk-$disk")" $staying
    done || exit 1
  done
}

# Services of ours that use one may be removed later in the same deployment.
refuse_used_by_strangers() {
  header "$home/current" disk | while read -r disk _ _ _ place; do
    header "$candidate" disk | grep -q " $place\$" || refuse_taking "$place" "$(advice "$home/current" "disk-$disk")"
  done || exit 1
}

# `refuse_taking <directory> <setting> [<service that stays>...]`
refuse_taking() {
  taken=$1
  setting=$2
  shift 2
  keepers=$(kept_by "$taken" "$@")
  [ -z "$keepers" ] ||
    fail "$setting takes the disk at $taken away, where $keepers keeps data; nothing was changed: put $setting back as it was, or take from there first what uses it: remove the service too, after npm run backup, or give it another directory"
  strangers=$(strangers_on "$taken")
  [ -z "$strangers" ] ||
    fail "$setting takes the disk at $taken away, which $strangers uses; nothing was changed: end that, and run pulumi up again, or put $setting back as it was"
}

# Not by its unit, with which everything that requires it would stop.
unmount() {
  [ -z "$(numbers_at "$1")" ] || umount "$1" || [ -z "$(numbers_at "$1")" ]
}

# `note_gone <home> <directory>`; services may be removed side by side.
note_gone() (
  exec 7>"$STATE/locks/leaving" && flock -w "$LOCK_SECONDS" 7 || return 1
  home=$1 forget_note leaving "$2"
)

# Those that were left mounted for services that are gone by now. `held`: what others use.
mount_drop_unused() {
  for leaving in "$STATE"/services/*/leaving; do
    [ -s "$leaving" ] || continue
    # shellcheck disable=SC2013 # paths hold no blanks
    for place in $(cat "$leaving"); do
      users=$(users_of "$place")
      if [ -z "$users" ]; then
        if report=$(unmount "$place" 2>&1); then
          note_gone "${leaving%/leaving}" "$place" || held="cannot write to ${leaving%/leaving}; is the disk full?"
        else
          held="the disk at $place cannot be unmounted: $report"
        fi
      elif ! say "$users" | grep -q '^service '; then
        held="the disk at $place stays mounted, since $(say "$users" | sed 's/^other //' | in_words) uses it: end that, and run pulumi up again"
      fi
    done
  done
}

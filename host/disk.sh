# Looks at disks. Variables: `name`, `device` and `type` of one, `home` of the service that mounts it.

# By which a file system is known to be one of ours.
readonly DISK_LABEL=podwatch

# `probe_disk type|uuid|label`
probe_disk() {
  case $1 in
    type) set -- TYPE ;;
    uuid) set -- UUID ;;
    label) set -- LABEL ;;
  esac
  blkid -p -s "$1" -o value "$device" 2>/dev/null || :
}

is_disk_of_ours() {
  [ "$(probe_disk type)" = "$type" ] && [ "$(probe_disk label)" = "$DISK_LABEL" ]
}

# Not only nothing that is known, but zeros where anything would begin. 2: nothing was found; 8: several things.
is_empty_disk() {
  probed=0
  blkid -p "$device" >/dev/null 2>&1 || probed=$?
  [ "$probed" = 2 ] && [ "$(head -c 1048576 "$device" | tr -d '\000' | wc -c)" -eq 0 ]
}

is_half_formatted() {
  [ "$(cat "$home/formatting" 2>/dev/null)" = "$name $(readlink -f "$device")" ]
}

content_of_disk() {
  content=$(blkid -p -o export "$device" 2>/dev/null | grep -E '^(TYPE|LABEL|PTTYPE)=' | paste -s -d ' ' - || :)
  say "${content:-what is there is unknown}"
}

# `known_disk <name>`: the file system that the disk of this name has had on this host.
known_disk() {
  sed -n "s/^$1 //p" "$home/disks" 2>/dev/null || :
}

# `numbers_of <device>`: as the kernel writes them, in `mountinfo` for instance.
numbers_of() {
  set -- "$(stat -L -c '%t %T' "$1")"
  say "$((0x${1% *})):$((0x${1#* }))"
}

# `numbers_at <directory>`: those of what is mounted there last; empty if nothing is.
numbers_at() {
  awk -v at="$1" '$5 == at { found = $3 } END { if (found != "") print found }' /proc/self/mountinfo
}

# `mounted_at <numbers>`
mounted_at() {
  awk -v numbers="$1" '$3 == numbers && $4 == "/" { print $5; exit }' /proc/self/mountinfo
}

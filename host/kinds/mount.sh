# Disks that hold data: each is formatted if it is empty, once, and mounted by a unit of systemd. The main unit is a target that services
# with data require: `disk <name> format|as-it-is <type> <device> <directory>`, a line for each in the bundle.
#
#   services/<name>/disks        `<name> <UUID of the file system>` of each disk that has been mounted: it is never formatted again
#   services/<name>/formatting   `<name>` of a disk while it is being formatted
#   services/<name>/leaving      directories whose disks were taken from the stack file, and are unmounted once nobody uses them

KINDS="$KINDS mount"

# How long a disk that has just been attached may take to appear, in seconds.
readonly DISK_SECONDS=30

mount_is_found() {
  is_unit_of_ours "podwatch-$service.target"
}

mount_unit() {
  say "podwatch-$service.target"
}

# Those of former releases, too.
mount_units() {
  say "$unit"
  for found in "${candidate:-/nowhere}"/unit/*.mount "${home:-/nowhere}"/releases/*/unit/*.mount; do
    [ ! -e "$found" ] || say "${found##*/}"
  done | sort -u
}

mount_fit() {
  for tool in blkid mount mountpoint; do
    command -v "$tool" >/dev/null ||
      fail "the command $tool is not installed on this host, and the disks of Podwatch need it: install util-linux"
  done
}

# Everything that is refused is refused here, before a disk is touched.
mount_check() {
  [ ! -e "$home/current/headers" ] || refuse_used_by_strangers
  header "$candidate" disk >"$home/candidate/disks"
  while read -r name format type device at; do
    check_disk
  done <"$home/candidate/disks"
}

check_disk() {
  where=$(advice "$candidate" "disk-$name")
  await_disk
  [ -b "$device" ] || fail "$device is no disk; correct $where.device"
  command -v "mkfs.$type" >/dev/null || [ "$format" != format ] ||
    fail "the command mkfs.$type is not installed on this host: install the package that has it (e2fsprogs, xfsprogs), or set $where.type to another type"
  if [ -n "$(numbers_at "$at")" ]; then
    [ "$(numbers_at "$at")" = "$(numbers_of "$device")" ] ||
      fail "something else than $device is mounted at $at; unmount it, or correct $where"
    [ -n "$(known_disk "$name")" ] || is_unit_of_ours "$(mount_unit_at "$at")" || is_noted leaving "$at" ||
      fail "$at is mounted by somebody else already; take it out of /etc/fstab and unmount it, or remove $where"
  else
    refuse_hiding
    elsewhere=$(mounted_at "$(numbers_of "$device")")
    [ -z "$elsewhere" ] || is_noted leaving "$elsewhere" || is_unit_of_ours "$(mount_unit_at "$elsewhere")" ||
      fail "$device is mounted at $elsewhere; unmount it there, or correct $where.device"
    refuse_used_disk
  fi
  refuse_strange_disk
}

await_disk() {
  give_up=$(($(uptime_seconds) + DISK_SECONDS))
  until [ -e "$device" ]; do
    [ "$(uptime_seconds)" -lt "$give_up" ] ||
      fail "this host has no disk $device, also after ${DISK_SECONDS} s; nothing was changed: attach it, or correct $where.device (ls -l /dev/disk/by-id lists those that are there)"
    sleep 1
  done
}

# What is in the directory could not be reached any more.
refuse_hiding() {
  [ ! -e "$at" ] || [ -d "$at" ] || fail "$at is no directory; move it away, or correct $where.at"
  hidden=$(find "$at" -mindepth 1 -maxdepth 1 ! -name lost+found 2>/dev/null | head -n 1)
  [ -z "$hidden" ] ||
    fail "$at is not empty (it has ${hidden##*/}), and a disk would hide what it has; nothing was changed: stop what uses it and move its content away, to be copied onto the disk later, or set $where.at to another directory"
}

# Parts of it may be in use though it is not mounted: by LVM, RAID, encryption, or as swap.
refuse_used_disk() {
  real=$(readlink -f "$device")
  holder=$(find "/sys/class/block/${real##*/}/holders/" -mindepth 1 2>/dev/null | head -n 1)
  [ -z "$holder" ] || fail "$device is used by ${holder##*/}; correct $where.device"
  ! grep -q "^$real " /proc/swaps 2>/dev/null || fail "$device is used as swap; correct $where.device"
}

refuse_strange_disk() {
  known=$(known_disk "$name")
  found=$(probe_disk uuid)
  if [ -n "$known" ]; then
    [ "$known" = "$found" ] ||
      fail "$device is not the disk $name that this host had (file system ${found:-none}, then $known); nothing was changed: attach that one, or, for another in its place, remove $where, run pulumi up, and add it again"
    return 0
  fi
  if [ "$format" != format ]; then
    [ "$(probe_disk type)" = "$type" ] ||
      fail "$device has no file system of the type $type ($(content_of_disk)); nothing was changed: correct $where.device or type, or set $where.format to true for a disk that is empty"
  elif ! is_disk_of_ours && ! is_empty_disk && ! is_half_formatted; then
    fail "$device is not empty ($(content_of_disk)); nothing was changed, and it is not formatted: correct $where.device; for a file system whose content is to be kept set $where.format to false; a disk whose content may be lost becomes empty by: wipefs --all $device && dd if=/dev/zero of=$device bs=1M count=1"
  fi
}

mount_unit_at() {
  say "$1" | sed 's,^/,,; s,/,-,g; s/$/.mount/'
}

mount_holds() {
  any_holds && is_enabled && [ -z "$(disk_drift "$candidate")" ]
}

# The target is not stopped: that would stop all services that require it.
mount_activate() {
  [ "$1" != updated ] || return 0
  reason=
  header "$release" disk >"$home/disks.wanted"
  former=$(of_kind units)
  while read -r name format type device at; do
    if ! make_mount_point || ! format_disk; then break; fi
  done <"$home/disks.wanted"
  [ -z "$reason" ] || return 1
  report=$(
    {
      install_mounts && systemctl --quiet reenable "$unit" && start_mounts &&
        timeout -k 5 120 systemctl start "$unit" 9>&-
    } 2>&1
  ) || {
    reason="a disk could not be mounted: $report"
    return 1
  }
  note_disks || fail "cannot write to $home; is the disk full?"
}

# Only root may enter the directories of podman.
make_mount_point() {
  case $at in
    /var/lib/containers/*) mask=077 ;;
    *) mask=022 ;;
  esac
  [ -d "$at" ] || report=$(umask "$mask" && mkdir -p "$at" 2>&1) || {
    reason="the directory $at could not be made: $report"
    return 1
  }
}

format_disk() {
  [ "$format" = format ] && [ -z "$(known_disk "$name")" ] || return 0
  if is_disk_of_ours && ! is_half_formatted; then return 0; fi
  say "$name $(readlink -f "$device")" >"$home/formatting" || fail "cannot write to $home; is the disk full?"
  case $type in
    ext4) set -- -q -F -m 1 ;;
    xfs) set -- -q -f ;;
  esac
  report=$(timeout -k 10 900 "mkfs.$type" "$@" -L "$DISK_LABEL" "$device" 2>&1 </dev/null 9>&-) || {
    reason="$device could not be formatted: $report"
    return 1
  }
  { say "$name $(probe_disk uuid)" >>"$home/disks" && rm -f "$home/formatting"; } ||
    fail "cannot write to $home; is the disk full?"
  # shellcheck disable=SC2034 # read by apply
  notes="${notes:+$notes
}note: $device was empty and has been formatted, for the disk $name"
}

# Of a directory that has no disk any more the unit's file only is removed, since what is mounted may be in use.
install_mounts() {
  for each in $former; do
    path=$(unit_path "$each")
    if [ -e "$release/unit/$each" ]; then
      mkdir -p "${path%/*}" && cp "$release/unit/$each" "${path%/*}/.$each.new" && mv "${path%/*}/.$each.new" "$path" || return 1
    elif is_unit_of_ours "$each"; then
      sed -n 's/^Where=//p' "$path" >>"$home/leaving" && rm -f "$path" || return 1
    fi
  done
  reload_systemd
}

start_mounts() {
  for each in "$release"/unit/*.mount; do
    each=${each##*/}
    timeout -k 5 120 systemctl start "$each" 9>&- || {
      systemctl status --no-pager --lines 3 "$each" | tail -n 3
      return 1
    }
  done
  confine_volumes
}

# A new file system can be read by everybody.
confine_volumes() {
  while read -r name format type device at; do
    case $at in
      /var/lib/containers/*) chmod 700 "$at" ;;
    esac
    ! command -v restorecon >/dev/null || restorecon "$at" 2>/dev/null || :
  done <"$home/disks.wanted"
}

note_disks() {
  while read -r name format type device at; do
    say "$name $(probe_disk uuid)"
  done <"$home/disks.wanted" >"$home/disks.new" && mv "$home/disks.new" "$home/disks" && put_back && rm -f "$home/disks.wanted"
}

# What was leaving and is wanted again.
put_back() {
  [ ! -e "$home/leaving" ] || while read -r name format type device at; do
    note_gone "$home" "$at" || return 1
  done <"$home/disks.wanted"
}

mount_prove() {
  reason=$(disk_drift "$release" | head -n 1)
  [ -z "$reason" ]
}

mount_is_ready() {
  [ -z "$(disk_drift "$home/current")" ]
}

mount_drift() {
  disk_drift "$candidate"
  [ ! -e "$(unit_path "$unit")" ] || is_enabled || say "unit disabled $unit"
}

# `disk_drift <release>`
disk_drift() {
  header "$1" disk | while read -r name format type device at; do
    numbers=$(numbers_at "$at")
    if [ -z "$numbers" ]; then
      say "disk unmounted $at"
    elif [ ! -b "$device" ] || [ "$numbers" != "$(numbers_of "$device")" ]; then
      say "disk other $at"
    elif is_mounted_read_only "$at"; then
      say "disk read-only $at"
    fi
  done
}

is_mounted_read_only() {
  awk -v at="$1" '$5 == at { options = "," $6 "," } END { exit options !~ /,ro,/ }' /proc/self/mountinfo
}

# The data stay on the disks.
mount_remove() {
  directories=$({ header "$home/current" disk | sed 's/.* //'; cat "$home/leaving"; } 2>/dev/null || :)
  for at in $directories; do
    users=$(users_of "$at" | sed 's/^[a-z]* //' | in_words)
    [ -z "$users" ] ||
      fail "the disk at $at cannot be taken away, since $users uses it; it is mounted as before: end that, and run the same command again"
  done
  # Without the first, what requires the target would stop with it.
  systemctl --quiet disable "$unit" 2>/dev/null || :
  systemctl stop "$unit" 2>/dev/null || :
  for at in $directories; do
    report=$(unmount "$at" 2>&1) || fail "the disk at $at cannot be unmounted: $report"
  done
  remove_units
}

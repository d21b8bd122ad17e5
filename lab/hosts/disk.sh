#!/bin/bash
# Disks that hosts are lent: a file of this machine behind a loop device, which lives as long as it is mounted.

readonly DISK_SIZE=64M

check_disk_tools() {
  command -v mkfs.ext4 >/dev/null || die "packages are missing: apt-get install e2fsprogs"
  [ -e /dev/loop-control ] || modprobe loop 2>/dev/null ||
    die "the kernel has no loop devices, which the hosts' disks need: load the module loop"
}

lend_disk() {
  local name=$1 directory=$2 file device
  ! "$HOSTS_SOURCE/exec" "$name" mountpoint -q "$directory" ||
    die "something is mounted at $directory of \"$name\" already: choose another directory"
  file=$(host_dir "$name")/disk${directory//\//-}
  rm -f "$file"
  truncate --size "$DISK_SIZE" "$file"
  mkfs.ext4 -q -m 0 "$file"
  device=$(losetup --find --show "$file") || die "this machine has no loop device to lend"
  # The host sees no devices of this machine's: it is given this one, by its numbers.
  # shellcheck disable=SC2016
  "$HOSTS_SOURCE/exec" "$name" sh -c 'set -e
    node=/dev/disk$(echo "$1" | tr / -)
    rm -f "$node"
    mknod -m 600 "$node" b "$2" "$3"
    mkdir -p "$1"
    mount "$node" "$1"' sh "$directory" "$((0x$(stat -c %t "$device")))" "$((0x$(stat -c %T "$device")))" || {
    losetup --detach "$device"
    die "the disk could not be mounted in \"$name\", see above"
  }
  # Takes effect once it is mounted no more, however the host ends.
  losetup --detach "$device"
}

# `lend_empty_disk <host> <device>`: not formatted, at a path below /dev as udev would name it. It is kept as long as the host is up; asked for
# again, as after a reboot, the same disk returns.
lend_empty_disk() {
  local name=$1 path=$2 file device
  file=$(host_dir "$name")/disk${path//\//-}
  [ -e "$file" ] || truncate --size "$DISK_SIZE" "$file"
  device=$(losetup --noheadings --output NAME --associated "$file" | head -n 1)
  [ -n "$device" ] || device=$(losetup --find --show "$file") || die "this machine has no loop device to lend"
  # shellcheck disable=SC2016
  "$HOSTS_SOURCE/exec" "$name" sh -c 'set -e
    mkdir -p "${1%/*}"
    rm -f "$1"
    mknod -m 600 "$1" b "$2" "$3"' sh "$path" "$((0x$(stat -c %t "$device")))" "$((0x$(stat -c %T "$device")))" ||
    die "the disk could not be lent to \"$name\", see above"
}

# The devices end with the host's mounts a moment after it; one that a killed command left attached, here.
take_disks() {
  local dir=$1 file device tries=0
  for file in "$dir"/disk-*; do
    [ -e "$file" ] || continue
    while device=$(losetup --noheadings --output NAME --associated "$file") && [ -n "$device" ]; do
      losetup --detach "$device" 2>/dev/null || true
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || die "$device, which is the disk $file, does not end"
      sleep 0.1
    done
  done
}

#!/bin/bash
# One host: its files, its life, what is left when it is gone.

USERS='operator guarded rootless'

host_dir() { echo "$HOSTS_STATE/$1"; }

# Where cgroup v2 is mounted, also on a machine that mixes it with v1.
cgroup_root() { awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts; }

# Everything of a host, on the outside and in the guest, lives in this one group: the way to find and to end it all.
host_cgroup() { echo "$(cgroup_root)/podwatch-$1"; }

is_running() { grep -qsx 'populated 1' "$(host_cgroup "$1")/cgroup.events"; }

known_hosts_of_lab() {
  local dir
  for dir in "$HOSTS_STATE"/*/; do
    [ ! -d "$dir" ] || basename "$dir"
  done
}

# Hosts that still run although their files are gone, say after a removed .lab directory.
orphans() {
  local cgroup name
  for cgroup in "$(cgroup_root)"/podwatch-*/; do
    name=$(basename "$cgroup")
    name=${name#podwatch-}
    [ ! -d "$cgroup" ] || [ -d "$(host_dir "$name")" ] || echo "$name"
  done
}

# The guest's first process, seen from outside; fails while there is none.
leader() {
  local nspawn
  nspawn=$(cat "$(host_cgroup "$1")/host/supervisor/cgroup.procs" 2>/dev/null) || return 1
  [ -n "$nspawn" ] && pgrep -P "$(head -n 1 <<<"$nspawn")"
}

require_running() {
  [ -d "$(host_dir "$1")" ] || die "there is no host \"$1\": make it with lab/lab up $1"
  is_running "$1" || die "host \"$1\" is down: remove and make it again with lab/lab down $1 && lab/lab up $1"
}

# Makes the host's own files; they lie over the shared root image, which nobody writes to.
prepare_host() {
  local name=$1 address=$2 image=$3 dir upper user
  dir=$(host_dir "$name")
  upper=$dir/upper
  mkdir -p "$dir/work" "$dir/root" "$upper/etc/ssh" "$upper/etc/systemd/network" "$dir/containers"
  echo "$address" >"$dir/address"

  echo "$name" >"$upper/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost\n' "$name" >"$upper/etc/hosts"
  tr -d - </proc/sys/kernel/random/uuid >"$upper/etc/machine-id"
  guest_network "$address" >"$upper/etc/systemd/network/10-lab.network"
  install -m 600 "$(host_key "$name")" "$upper/etc/ssh/ssh_host_ed25519_key"
  install -m 644 "$(host_key "$name").pub" "$upper/etc/ssh/ssh_host_ed25519_key.pub"
  set_guarded_password "$image" "$upper"

  # Podman cannot keep its layers or a user's on an overlay: these two stay outside it.
  cp -a "$image/home" "$dir/home"
  for user in $USERS; do
    install -d -m 700 "$dir/home/$user/.ssh"
    install -m 600 "$LOGIN_KEY.pub" "$dir/home/$user/.ssh/authorized_keys"
    chown -R --reference="$dir/home/$user" "$dir/home/$user/.ssh"
  done
  install_gateway "$upper"
}

# The password goes from file to file, never through an argument.
set_guarded_password() {
  local image=$1 upper=$2
  GUARDED_HASH=$(openssl passwd -6 -stdin <"$GUARDED_PASSWORD")
  (umask 077 && GUARDED_HASH=$GUARDED_HASH awk -F : -v OFS=: '$1 == "guarded" { $2 = ENVIRON["GUARDED_HASH"] } { print }' \
    "$image/etc/shadow" >"$upper/etc/shadow")
  chmod --reference="$image/etc/shadow" "$upper/etc/shadow"
  chown --reference="$image/etc/shadow" "$upper/etc/shadow"
}

boot_host() {
  local name=$1 image=$2 dir
  dir=$(host_dir "$name")
  mkdir -p "$(host_cgroup "$name")"
  # A mount namespace of its own: the host's mounts end with it, however it ends.
  setsid unshare --mount --propagation private \
    "$HOSTS_SOURCE/supervise" "$name" "$dir" "$image" "$(host_cgroup "$name")" "$BRIDGE" \
    </dev/null >"$dir/console.log" 2>&1 9>&- &
}

# Answers: a real login with the pinned key, not only an open port.
wait_for_ssh() {
  local name=$1 seconds=$2 dir address deadline
  dir=$(host_dir "$name")
  address=$(cat "$dir/address")
  deadline=$((SECONDS + seconds))
  sleep 0.5
  until lab_ssh operator "$address" -o ConnectTimeout=1 true 2>"$dir/ssh.log"; do
    if ! is_running "$name"; then
      tail -n 20 "$dir/console.log" >&2
      die "host \"$name\" ended while it booted; its console is shown above"
    fi
    [ "$SECONDS" -lt "$deadline" ] ||
      die "host \"$name\" ($address) did not answer on SSH within $seconds s: $(tail -n 1 "$dir/ssh.log"); its console is $dir/console.log"
    sleep 0.2
  done
}

# Ends all processes of a host at once. Its interface would go a moment later; while it is there, no host of the name boots.
end_host() {
  kill_cgroup "$(host_cgroup "$1")"
  ip link del dev "vb-$1" 2>/dev/null || true
}

# Ends and removes a host, or what a killed command left of it. A lab host is thrown away: no orderly shutdown.
remove_host() {
  local name=$1
  end_host "$name"
  take_disks "$(host_dir "$name")"
  rm -rf --one-file-system "$(host_dir "$name")"
}

kill_cgroup() {
  local cgroup=$1 tries=0
  [ ! -d "$cgroup" ] || echo 1 >"$cgroup/cgroup.kill"
  until remove_cgroup "$(basename "$cgroup")"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || die "processes of $cgroup do not end: $(find "$cgroup" -name cgroup.procs -exec cat {} + | paste -sd ' ')"
    sleep 0.1
  done
}

# On a machine that mixes v1 and v2, systemd-nspawn makes the group in the v1 tree of systemd as well.
remove_cgroup() {
  local tree
  while read -r tree; do
    [ ! -d "$tree/$1" ] || find "$tree/$1" -depth -type d -exec rmdir {} + 2>/dev/null || return 1
  done < <(awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts)
}

#!/bin/bash
# The hosts' network: one bridge, nothing routed beyond it.
# shellcheck disable=SC2034

BRIDGE=podwatch0
RANGE=10.99.0.0/16
RANGE6=fd10:99::/48
MACHINE_ADDRESS=10.99.0.1
MACHINE_ADDRESS6=fd10:99::1
DEV_ADDRESS=10.99.0.10
STAGING_ADDRESS=10.99.0.11

bridge_exists() { ip link show "$BRIDGE" >/dev/null 2>&1; }

# The bridge's alias names the checkout that made it; empty when there is no bridge.
bridge_owner() {
  ip -d link show "$BRIDGE" 2>/dev/null | sed -n 's/^ *alias //p'
}

# Whether another checkout has the network; can be asked before it is this command's turn, as it makes nothing.
check_not_held() {
  local owner
  owner=$(bridge_owner)
  [ -z "$owner" ] || [ "$owner" = "$CHECKOUT" ] ||
    die "the lab's network $BRIDGE is held by $owner: run lab/lab down there first"
}

# Only in one's turn: another command of this checkout may be about to make the network.
check_range_free() {
  local owner
  if bridge_exists; then
    owner=$(bridge_owner)
    [ "$owner" = "$CHECKOUT" ] ||
      die "the lab's network $BRIDGE is held by ${owner:-something else}: run lab/lab down there first"
  elif ip -o -4 addr show | grep -q ' inet 10\.99\.'; then
    die "$RANGE is in use on this machine ($(ip -o -4 addr show | awk '/ inet 10\.99\./ { print $2; exit }')), and the lab needs it: free it first"
  elif ip -o -6 addr show | grep -q ' inet6 fd10:99:'; then
    die "$RANGE6 is in use on this machine ($(ip -o -6 addr show | awk '/ inet6 fd10:99:/ { print $2; exit }')), and the lab needs it: free it first"
  fi
}

network_up() {
  local family
  # First of all, so that nothing for a host that is down ever leaves this machine.
  ip route show type blackhole | grep -q "^blackhole $RANGE" || ip route add blackhole "$RANGE"
  ip -6 route show type blackhole | grep -q "^blackhole $RANGE6" || ip -6 route add blackhole "$RANGE6"
  if ! bridge_exists; then
    ip link add "$BRIDGE" type bridge
    ip link set "$BRIDGE" alias "$CHECKOUT"
  fi
  ip addr replace "$MACHINE_ADDRESS/24" dev "$BRIDGE"
  # Some container engines turn it off for interfaces that come later.
  sysctl -qw "net.ipv6.conf.$BRIDGE.disable_ipv6=0"
  ip addr replace "$MACHINE_ADDRESS6/64" dev "$BRIDGE" nodad
  ip link set "$BRIDGE" up
  # Hosts talk to this machine and to each other, never through it.
  for family in -4 -6; do
    ip "$family" rule show | grep -q "iif $BRIDGE" || ip "$family" rule add iif "$BRIDGE" pref 99 prohibit
  done
}

network_down() {
  local family
  [ -z "$(bridge_owner)" ] || [ "$(bridge_owner)" = "$CHECKOUT" ] || return 0
  for family in -4 -6; do
    while ip "$family" rule del iif "$BRIDGE" pref 99 prohibit 2>/dev/null; do :; done
  done
  ! bridge_exists || ip link del "$BRIDGE"
  # Last, for the same reason.
  ip route del blackhole "$RANGE" 2>/dev/null || true
  ip -6 route del blackhole "$RANGE6" 2>/dev/null || true
}

# The guest's side. A default route is there, as on a real host (rootless podman looks for it), but one that comes
# first makes whatever lies beyond the lab fail at once instead of waiting for an answer.
guest_network() {
  cat <<TEXT
[Match]
Name=host0

[Network]
Address=$1/24
IPv6AcceptRA=no

[Address]
Address=$(address6_of "$1")/64
DuplicateAddressDetection=none

[Route]
Gateway=$MACHINE_ADDRESS
Metric=1024

[Route]
Destination=0.0.0.0/0
Type=unreachable
Metric=1

[Route]
Gateway=$MACHINE_ADDRESS6
Metric=1024

[Route]
Destination=::/0
Type=unreachable
Metric=1
TEXT
}

# The IPv6 address beside an IPv4 one: the same last number.
address6_of() { echo "fd10:99::${1##*.}"; }

# The address a host has, or the one it shall get.
address_for() {
  local name=$1 candidate
  if [ -s "$HOSTS_STATE/$name/address" ]; then
    cat "$HOSTS_STATE/$name/address"
    return
  fi
  # The stack files of these two hosts name their addresses.
  case $name in
    dev) echo "$DEV_ADDRESS" && return ;;
    staging) echo "$STAGING_ADDRESS" && return ;;
  esac
  for candidate in $(seq -f '10.99.0.%g' 12 254); do
    grep -qsxF "$candidate" "$HOSTS_STATE"/*/address || {
      echo "$candidate"
      return
    }
  done
  die "all addresses of 10.99.0.12-254 are taken: remove a host with lab/lab down NAME"
}

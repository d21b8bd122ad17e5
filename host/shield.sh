# Blocks direct access to the containers' addresses. IP forwarding is on for podman, so a neighbour on the host's network could
# otherwise route packets to containers, bypassing the published port. Rootless containers are not reachable that way.

# Whenever systemd creates the network, also at boot, the rules exist before any container.
place_shield() {
  [ -z "$ROOTLESS" ] || return 0
  mkdir -p "$NATIVE_UNITS/podwatch-network.service.d" &&
    say "$OWNER_MARK
[Service]
ExecStartPost=-/bin/sh $STATE/runner shield" >"$NATIVE_UNITS/podwatch-network.service.d/podwatch.conf"
}

# A network of an earlier runner gets the rules without being recreated.
shield_network() {
  if [ -n "$ROOTLESS" ] || { ! is_unit_of_ours podwatch.network && ! is_unit_of_ours podwatch-network.service; }; then
    return 0
  fi
  { place_shield && systemctl daemon-reload && raise_shield; } >/dev/null 2>&1 || :
}

# Of the network's unit, which is of one engine.
ranges() {
  ranges_in "$UNITS/podwatch.network"
  ranges_in "$NATIVE_UNITS/podwatch-network.service"
}

# Accepts established connections, traffic through the published port (DNAT), and traffic from containers of the network.
raise_shield() {
  if command -v nft >/dev/null; then
    shield_by_nft | nft -f - && masquerade
    return
  fi
  for range in $(ranges); do
    shield_by_iptables -C "$range" 2>/dev/null || shield_by_iptables -A "$range"
  done
  masquerade
}

# The first line creates the table if it is missing, so that the second does not fail.
shield_by_nft() {
  say 'add table inet podwatch
delete table inet podwatch
table inet podwatch {
  chain forward {
    type filter hook forward priority -10; policy accept;'
  for range in $(ranges); do
    case $range in
      *:*) ip=ip6 ;;
      *) ip=ip ;;
    esac
    say "    $ip daddr $range $ip saddr != $range ct state new ct status & dnat == 0 drop"
  done
  say '  }
}'
}

# `shield_by_iptables -A|-C|-D <range>`: adds, checks or deletes the rule of a range.
shield_by_iptables() {
  case $2 in
    *:*) tables=ip6tables ;;
    *) tables=iptables ;;
  esac
  "$tables" -w 5 -t mangle "$1" FORWARD -d "$2" '!' -s "$2" -m conntrack '!' --ctstate DNAT,RELATED,ESTABLISHED -j DROP
}

# Called while the network's unit exists: the rules have its subnets.
lower_shield() {
  [ -z "$ROOTLESS" ] || return 0
  stop_masquerading
  if command -v nft >/dev/null; then
    nft delete table inet podwatch 2>/dev/null || :
    return
  fi
  for range in $(ranges); do
    shield_by_iptables -D "$range" 2>/dev/null || :
  done
}

remove_shield() {
  lower_shield
  rm -f "$NATIVE_UNITS/podwatch-network.service.d/podwatch.conf"
  rmdir "$NATIVE_UNITS/podwatch-network.service.d" 2>/dev/null || :
}

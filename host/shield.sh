# Keeps others from the containers' own addresses. The host forwards for podman, so whoever is beside it could send there
# through it, past the one port that is published. An ordinary user's containers cannot be reached so.

# Whenever systemd makes the network, at boot too, the rules are there before any container is.
place_shield() {
  [ -z "$ROOTLESS" ] || return 0
  mkdir -p "$NATIVE_UNITS/podwatch-network.service.d" &&
    say "$OWNER_MARK
[Service]
ExecStartPost=-/bin/sh $STATE/runner shield" >"$NATIVE_UNITS/podwatch-network.service.d/podwatch.conf"
}

# A network that an earlier runner has made gets the rules, too, and is not made anew for them.
shield_network() {
  if [ -n "$ROOTLESS" ] || ! is_unit_of_ours podwatch.network; then
    return 0
  fi
  { place_shield && systemctl daemon-reload && raise_shield; } >/dev/null 2>&1 || :
}

ranges() {
  sed -n 's/^Subnet=//p' "$UNITS/podwatch.network" 2>/dev/null
}

# Lets through what belongs to a connection, what came by the published port, and what containers of the network send.
raise_shield() {
  if command -v nft >/dev/null; then
    shield_by_nft | nft -f -
    return
  fi
  for range in $(ranges); do
    shield_by_iptables -C "$range" 2>/dev/null || shield_by_iptables -A "$range"
  done
}

# The first line makes sure that there is what the second removes.
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

# `shield_by_iptables -A|-C|-D <range>`: adds, looks for or deletes the rule of a range.
shield_by_iptables() {
  case $2 in
    *:*) tables=ip6tables ;;
    *) tables=iptables ;;
  esac
  "$tables" -w 5 -t mangle "$1" FORWARD -d "$2" '!' -s "$2" -m conntrack '!' --ctstate DNAT,RELATED,ESTABLISHED -j DROP
}

# Called while the network's unit is there: its ranges are those of the rules.
lower_shield() {
  [ -z "$ROOTLESS" ] || return 0
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

# Gives what Docker's containers send by IPv6 the host's address. Docker before version 27 sends it on under their own, to which nobody
# outside can answer; it does so itself for IPv4, as podman does for both.

# Called with the shield, whenever the network is created.
masquerade() {
  for range in $(ranges_of_docker); do
    if command -v nft >/dev/null; then
      nft -f - <<END
add table ip6 podwatch
delete table ip6 podwatch
table ip6 podwatch {
  chain outgoing {
    type nat hook postrouting priority 99; policy accept;
    ip6 saddr $range ip6 daddr != $range masquerade
  }
}
END
    else
      masquerade_by_iptables -C "$range" 2>/dev/null || masquerade_by_iptables -A "$range"
    fi
  done
}

# Called while the network's unit exists.
stop_masquerading() {
  for range in $(ranges_of_docker); do
    if command -v nft >/dev/null; then
      nft delete table ip6 podwatch 2>/dev/null || :
    else
      masquerade_by_iptables -D "$range" 2>/dev/null || :
    fi
  done
}

# Of IPv6, of which there is one.
ranges_of_docker() {
  ranges_in "$NATIVE_UNITS/podwatch-network.service" | grep : || :
}

# `masquerade_by_iptables -A|-C|-D <range>`: adds, checks or deletes the rule.
masquerade_by_iptables() {
  ip6tables -w 5 -t nat "$1" POSTROUTING -s "$2" '!' -d "$2" -j MASQUERADE
}

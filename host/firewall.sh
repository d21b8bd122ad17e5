# Whether the host's firewall lets others through to what a container publishes.

# Docker lets iptables drop what is forwarded and not allowed by name, and podman's rules, where they stand in nftables,
# cannot allow it. Asked once the container runs: where podman's rules stand in iptables they are there by then.
# On failure, `reason` says what to type.
is_let_through() {
  if [ -n "$ROOTLESS" ] || ! is_published "$1" || ! rules=$(iptables -w 5 -S 2>/dev/null); then
    return 0
  fi
  subnet=$(sed -n 's/^Subnet=//p' "$UNITS/podwatch.network")
  if ! say "$rules" | grep -qxF -e '-P FORWARD DROP' || say "$rules" | grep -qe "-d $subnet .*-j ACCEPT"; then
    return 0
  fi
  chain=FORWARD
  ! say "$rules" | grep -qxF -e '-N DOCKER-USER' || chain=DOCKER-USER
  # shellcheck disable=SC2034 # read by those who call
  reason="this host drops what is forwarded to containers (iptables -P FORWARD DROP, as Docker sets it), so nobody else
would reach the published port. Either set podwatch:front.bind to 127.0.0.1, or allow it, for each boot anew, with:
  iptables -I $chain -s $subnet -j ACCEPT && iptables -I $chain -d $subnet -j ACCEPT"
  return 1
}

# Whether a unit publishes a port to more than the host itself.
is_published() {
  sed -n 's/^PublishPort=//p' "$1" | grep -qv -e '^127\.' -e '^\[::1\]'
}

# Whether the host's firewall lets through what is forwarded to containers, and from one to another.

# Docker lets iptables drop what is forwarded and not allowed by name, and podman's rules, where they stand in nftables,
# cannot allow it. Asked once the container runs: where podman's rules stand in iptables they are there by then.
# On failure, `reason` says what to type.
is_let_through() {
  [ -z "$ROOTLESS" ] || return 0
  # shellcheck disable=SC2013 # no range holds a blank
  for subnet in $(sed -n 's/^Subnet=//p' "$UNITS/podwatch.network"); do
    case $subnet in
      *:*) tables=ip6tables ;;
      *) tables=iptables ;;
    esac
    lets_through "$1" || return 1
  done
}

# The same of one family, `tables`, and the subnet's range of it.
lets_through() {
  if ! rules=$("$tables" -w 5 -S 2>/dev/null) ||
    ! say "$rules" | grep -qxF -e '-P FORWARD DROP' || is_allowed; then
    return 0
  fi
  if is_bridge_filtered; then
    reason="this host drops what is forwarded from one container to another ($tables -P FORWARD DROP, as Docker sets it), so
the services would not reach one another. Allow it"
  elif is_published "$1"; then
    way_out=$(advice "$release" published-port)
    reason="this host drops what is forwarded to containers ($tables -P FORWARD DROP, as Docker sets it), so nobody else
would reach the published port. ${way_out:+Either $way_out, or allow it}"
    [ -n "$way_out" ] || reason="${reason}Allow it"
  else
    return 0
  fi
  chain=FORWARD
  ! say "$rules" | grep -qxF -e '-N DOCKER-USER' || chain=DOCKER-USER
  # shellcheck disable=SC2034 # read by those who call
  reason="$reason, for each boot anew, with:
  $tables -I $chain -s $subnet -j ACCEPT && $tables -I $chain -d $subnet -j ACCEPT"
  return 1
}

# Whether a rule lets through what goes to our subnet, to podman's bridges, or everything.
is_allowed() {
  say "$rules" | grep -q -e "-d $subnet .*-j ACCEPT" \
    -e '^-A \(FORWARD\|DOCKER-USER\)\( -[io] podman[^ ]*\)* -j ACCEPT$'
}

# Whether iptables is asked about what goes through a bridge, too: Docker turns that on.
is_bridge_filtered() {
  [ "$(cat "/proc/sys/net/bridge/bridge-nf-call-$tables" 2>/dev/null || :)" = 1 ]
}

# Whether a unit publishes a port of the family to more than the host itself.
is_published() {
  case $tables in
    iptables) others='^\[' ;;
    ip6tables) others='^[0-9]*\.' ;;
  esac
  sed -n 's/^PublishPort=//p' "$1" | grep -qv -e '^127\.' -e '^\[::1\]' -e "$others"
}

# Whether the host's firewall accepts traffic forwarded to containers and between them.

# Docker sets the iptables FORWARD policy to DROP; podman's rules, if they are in nftables, cannot override that. Checked once
# the container runs: if podman uses iptables, its rules exist by then.
# `podman_is_let_through <unit>`; on failure, `reason` contains the command to type.
podman_is_let_through() {
  [ -z "$ROOTLESS" ] || return 0
  # shellcheck disable=SC2013 # no range holds a blank
  for subnet in $(sed -n 's/^Subnet=//p' "$UNITS/podwatch.network"); do
    case $subnet in
      *:*) lets_through "$1" ip6tables "$subnet" || return 1 ;;
      *) lets_through "$1" iptables "$subnet" || return 1 ;;
    esac
  done
}

# `lets_through <unit> iptables|ip6tables <subnet>`
lets_through() {
  if ! rules=$("$2" -w 5 -S 2>/dev/null) ||
    ! say "$rules" | grep -qxF -e '-P FORWARD DROP' || say "$rules" | is_allowed "$3"; then
    return 0
  fi
  if is_bridge_filtered "$2"; then
    reason="this host drops what is forwarded from one container to another ($2 -P FORWARD DROP, as Docker sets it), so
the services would not reach one another. Allow it"
  elif is_published "$1" "$2"; then
    way_out=$(advice "$release" published-port)
    reason="this host drops what is forwarded to containers ($2 -P FORWARD DROP, as Docker sets it), so nobody else
would reach the published port. ${way_out:+Either $way_out, or allow it}"
    [ -n "$way_out" ] || reason="${reason}Allow it"
  else
    return 0
  fi
  chain=FORWARD
  ! say "$rules" | grep -qxF -e '-N DOCKER-USER' || chain=DOCKER-USER
  # shellcheck disable=SC2034 # read by those who call
  reason="$reason, for each boot anew, with:
  $2 -I $chain -s $3 -j ACCEPT && $2 -I $chain -d $3 -j ACCEPT"
  return 1
}

# `is_allowed <subnet>`, the rules on standard input: whether one accepts traffic to the subnet, to podman's bridges, or all
# traffic.
is_allowed() {
  grep -q -e "-d $1 .*-j ACCEPT" \
    -e '^-A \(FORWARD\|DOCKER-USER\)\( -[io] podman[^ ]*\)* -j ACCEPT$'
}

# Whether bridged traffic passes iptables, too (br_netfilter): Docker enables that.
is_bridge_filtered() {
  [ "$(cat "/proc/sys/net/bridge/bridge-nf-call-$1" 2>/dev/null || :)" = 1 ]
}

# `is_published <unit> iptables|ip6tables`: whether the unit publishes a port of the family beyond the loopback address.
is_published() {
  case $2 in
    iptables) others='^\[' ;;
    ip6tables) others='^[0-9]*\.' ;;
  esac
  sed -n 's/^PublishPort=//p' "$1" | grep -qv -e '^127\.' -e '^\[::1\]' -e "$others"
}

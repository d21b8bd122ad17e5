# Confines a container to the ports that its service may connect to, `reach <address> <port>` in the bundle. The rules are in the
# container's own network namespace, which it cannot change without a capability, and cover the networks of other containers too.

# Whenever systemd has started the container, also at boot; if it fails, systemd ends the container.
confine_service() {
  cat >/dev/null
  service=$1
  container=podwatch-$service
  home=$STATE/services/$service
  rules_of_reach "$home/current" | in_network_of_container nft -f - ||
    fail "$container cannot be confined to what it is to reach"
}

# Answers to callers pass; everything else that the container sends is dropped.
rules_of_reach() {
  say 'table inet podwatch {
  chain output {
    type filter hook output priority 0; policy drop;
    oifname "lo" accept
    ct state established,related accept'
  header "$1" reach | sed 's/^\(.*\) \(.*\)$/    ip daddr \1 tcp dport \2 accept/'
  say '  }
}'
}

in_network_of_container() {
  nsenter --net="/proc/$("$engine" container inspect --format '{{.State.Pid}}' "$container")/ns/net" "$@" 9>&-
}

# Checked before the service is stopped.
refuse_unconfinable() {
  [ -n "$(header "$candidate" reach)" ] || return 0
  for tool in nft nsenter; do
    command -v "$tool" >/dev/null ||
      fail "the command $tool is not installed on this host; without it, $service cannot be confined to what it is to reach"
  done
}

# Prints whether the running container lacks the rules of a release.
confinement_drift() {
  [ -n "$(header "$1" reach)" ] || return 0
  in_network_of_container nft list chain inet podwatch output >/dev/null 2>&1 ||
    say "container unconfined $container"
}

# The host's firewall: an nftables table of our own, loaded by a unit before the network. Until a second log-in confirms a new
# set of rules (confirm.sh), the one before comes back by itself.
#
#   services/firewall/ssh-ports     the ports by which deployments logged in
#   services/firewall/deployer      the address from which the last one did

KINDS="$KINDS nftables"

readonly TABLE=podwatch_firewall

nftables_is_found() {
  is_unit_of_ours podwatch-firewall.service
}

nftables_unit() {
  say podwatch-firewall.service
}

nftables_guarded() {
  say rules.nft
}

nftables_fit() {
  ! is_installed_first nft || return 0
  for tool in nft unshare systemd-run; do
    command -v "$tool" >/dev/null ||
      fail "the command $tool is not installed on this host, and the firewall needs it: install nftables and util-linux"
  done
  report=$(nft list tables 2>&1) || fail "nftables does not work on this host: $(say "$report" | tail -n 1)"
}

nftables_stranger() {
  if ! is_unit_of_ours "$unit" && nft list table inet "$TABLE" >/dev/null 2>&1; then
    say "there is already an nftables table inet $TABLE that is not managed by Podwatch; remove it first: nft delete table inet $TABLE"
  fi
}

# The rules have to be accepted by the kernel, in a network of their own, before they replace those in force.
nftables_check() {
  note_ssh_port
  note_deployer
  report=$(ruleset "$candidate/files/rules.nft" | elsewhere 'nft -f -' 2>&1) ||
    fail "nftables refuses the rules of the firewall; nothing was changed: $(say "$report" | head -n 3)"
  refuse_shutting_out
}

nftables_holds() {
  has_units_of "$candidate" && systemctl --quiet is-active "$unit" &&
    cmp -s "$candidate/files/rules.nft" "$home/confirmed" && is_loaded "$candidate/files/rules.nft" &&
    [ -z "$(untold_others "$candidate")" ]
}

nftables_activate() {
  [ "$1" != updated ] || return 0
  if ! report=$({ await_confirmation && start_units; } 2>&1); then
    reason="the rules could not be loaded: $report"
    return 1
  fi
  tell_others "$release"
}

nftables_prove() {
  is_loaded "$release/files/rules.nft" || {
    # shellcheck disable=SC2034 # read by those who call
    reason="the rules in force are not those that were loaded; does another program change the nftables table $TABLE?"
    return 1
  }
}

nftables_is_ready() {
  is_loaded "$home/current/files/rules.nft"
}

nftables_drift() {
  if ! nft list table inet "$TABLE" >/dev/null 2>&1; then
    say "table missing $TABLE"
  elif ! is_loaded "$candidate/files/rules.nft"; then
    say "table changed $TABLE"
  fi
  untold_others "$candidate"
  [ ! -e "$home/unconfirmed" ] || say "table unconfirmed $TABLE"
}

nftables_remove() {
  forget_revert
  if is_unit_of_ours "$unit"; then
    nft delete table inet "$TABLE" 2>/dev/null || :
  fi
  forget_others
  remove_units
}

# `ruleset <rules>`: the rules of a release with what only the host knows, to replace those in force in one transaction.
ruleset() {
  say "table inet $TABLE
delete table inet $TABLE"
  ports=$(ssh_ports)
  sed "s/\\\$ssh_ports/$ports/" "$1" | from_deployer
}

# Fills in the address that deployments come from; without one, as on this machine itself, these lines are left out.
from_deployer() {
  deployer=$(cat "$home/deployer" 2>/dev/null || :)
  case $deployer in
    '') sed "/\\\$from_deployer/d" ;;
    *:*) sed "s/\\\$from_deployer/ip6 saddr $deployer/" ;;
    *) sed "s/\\\$from_deployer/ip saddr $deployer/" ;;
  esac
}

# Runs a command line in a network of its own, where rules affect nobody.
elsewhere() {
  unshare --net /bin/sh -c "$1" 9>&-
}

# Whether the rules are in force as written, whatever has been counted. Both are compared as this version of nft prints them.
is_loaded() {
  wanted=$(ruleset "$1" | elsewhere "nft -f - && nft -s -t list table inet $TABLE" 2>/dev/null) &&
    found=$(nft -s -t list table inet "$TABLE" 2>/dev/null) && [ "$wanted" = "$found" ]
}

nftables_load() {
  rules=$(in_force)
  if [ -n "$rules" ]; then
    ruleset "$rules" | nft -f -
  else
    nft delete table inet "$TABLE" 2>/dev/null || :
  fi
}

nftables_take_back() {
  nftables_load
}

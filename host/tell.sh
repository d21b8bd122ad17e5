# Other firewalls that rule the host: what one of them drops stays dropped, whatever our table lets through. So firewalld and
# ufw are told what we open, as `open <protocol> <port> <source>` in the bundle; who may log in by SSH stays their business.

readonly FIREWALLD_POLICY=/etc/firewalld/policies/podwatch.xml

# `opened <release>`: each once; a port may be opened for more than one reason.
opened() {
  header "$1" open | awk '!seen[$0]++'
}

# `tell_others <release>`; on failure, sets `reason`.
tell_others() {
  tell_firewalld "$1" && tell_ufw "$1"
}

# Prints which of them do not know, or know more.
untold_others() {
  if rules_firewalld && ! firewalld_policy "$1" | cmp -s - "$FIREWALLD_POLICY"; then
    say "policy changed $FIREWALLD_POLICY"
  fi
  if rules_ufw && [ "$(ufw_known | grep -c " comment '$(ufw_mark "$1")'\$")" != "$(ufw_rules "$1" | grep -c .)" ]; then
    say "rules changed ufw"
  fi
}

forget_others() {
  if [ -e "$FIREWALLD_POLICY" ]; then
    rm -f "$FIREWALLD_POLICY"
    ! rules_firewalld || reload_firewalld >/dev/null 2>&1 || :
  fi
  ! command -v ufw >/dev/null || forget_ufw ''
}

rules_firewalld() {
  systemctl --quiet is-active firewalld.service
}

tell_firewalld() {
  if ! rules_firewalld || firewalld_policy "$1" | cmp -s - "$FIREWALLD_POLICY"; then
    return 0
  fi
  mkdir -p "${FIREWALLD_POLICY%/*}" && firewalld_policy "$1" >"$FIREWALLD_POLICY"
  if ! report=$(firewall-cmd --check-config 2>&1) || ! report=$(reload_firewalld 2>&1); then
    rm -f "$FIREWALLD_POLICY"
    # shellcheck disable=SC2034 # read by those who call
    reason="firewalld, which rules this host too, does not take what it is told to open: $(say "$report" | tail -n 1)"
    return 1
  fi
}

# A reload drops what podman has told firewalld of its networks.
reload_firewalld() {
  firewall-cmd --reload 9>&- &&
    { ! command -v podman >/dev/null || podman network reload --all >/dev/null; }
}

# One policy in a file of its own, of any zone towards the host, before the zones' own rules.
firewalld_policy() {
  say '<?xml version="1.0" encoding="utf-8"?>'
  say "<!-- ${OWNER_MARK#\# } Changes made here are overwritten. -->"
  say '<policy priority="-100" target="CONTINUE">
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>'
  opened "$1" | while read -r protocol port source; do
    case $source in
      any) say "  <port port=\"$port\" protocol=\"$protocol\"/>" ;;
      *:*) say "  <rule family=\"ipv6\"><source address=\"$source\"/><port port=\"$port\" protocol=\"$protocol\"/><accept/></rule>" ;;
      *) say "  <rule family=\"ipv4\"><source address=\"$source\"/><port port=\"$port\" protocol=\"$protocol\"/><accept/></rule>" ;;
    esac
  done
  say '</policy>'
}

rules_ufw() {
  command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'
}

# New rules come before the old ones go.
tell_ufw() {
  if ! rules_ufw || ! untold_others "$1" | grep -q ' ufw$'; then
    return 0
  fi
  mark=$(ufw_mark "$1")
  # shellcheck disable=SC2086 # a rule is a list of words
  if ! report=$(ufw_rules "$1" | while read -r rule; do ufw $rule comment "$mark" </dev/null || exit 1; done 2>&1); then
    reason="ufw, which rules this host too, does not take what it is told to open: $(say "$report" | tail -n 1)"
    return 1
  fi
  forget_ufw "$mark"
}

# `forget_ufw <mark>`: deletes the rules of ours that have another mark.
forget_ufw() {
  ufw_known | grep -v " comment '$1'\$" | sed "s/ comment '.*//" | while read -r _ rule; do
    case $rule in
      'route '*) set -- route delete "${rule#route }" ;;
      *) set -- delete "$rule" ;;
    esac
    # shellcheck disable=SC2068 # a rule is a list of words
    ufw $@ </dev/null >/dev/null 2>&1 || :
  done
}

ufw_known() {
  ufw show added 2>/dev/null | grep " comment 'podwatch-[0-9a-f]*'\$"
}

# Of the rules, so that others are told by it.
ufw_mark() {
  say "podwatch-$(ufw_rules "$1" | sha256sum | cut -c 1-12)"
}

# Published ports are forwarded to the container network, which our own table holds. Its containers ask the host for names;
# firewalld lets them, since podman tells it.
ufw_rules() {
  opened "$1" | while read -r protocol port source; do
    ! is_left_alone "$source" || continue
    say "allow proto $protocol from $source to any port $(say "$port" | tr - :)"
  done
  header "$1" network | while read -r range; do
    ! is_left_alone "$range" || continue
    say "allow from $range to any port 53"
    say "route allow from any to $range"
    say "route allow from $range to any"
  done
}

# Without IPV6=yes, ufw neither filters IPv6 nor takes rules for it.
is_left_alone() {
  case $1 in
    *:*) ! grep -qsi "^IPV6=[\"']\{0,1\}yes" /etc/default/ufw ;;
    *) false ;;
  esac
}

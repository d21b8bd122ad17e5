# How people log in to this host, so that nothing locks them out.

# The log-in that this run belongs to, `<address> <port> <our address> <our port>`; empty on the host itself. sudo drops the
# variable, so that of the process is looked for that has it.
log_in() {
  process=$$
  while [ "${process:-0}" -gt 1 ]; do
    found=$(tr "\\0" "\\n" 2>/dev/null <"/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=//p')
    if [ -n "$found" ]; then
      say "$found" | sed 's/^::ffff:\([0-9.]*\) /\1 /'
      return
    fi
    process=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$process/status" 2>/dev/null || :)
  done
}

# Remembers the ports by which deployments come: the bundle's, and that of this log-in.
note_ssh_port() {
  { header "$candidate" ssh-port && log_in | cut -d ' ' -f 4 && cat "$home/ssh-ports" 2>/dev/null; } |
    grep -x '[0-9][0-9]*' | sort -n -u >"$home/ssh-ports.new" || :
  mv "$home/ssh-ports.new" "$home/ssh-ports"
}

# Remembers from where deployments come.
note_deployer() {
  address=$(log_in | cut -d ' ' -f 1)
  [ -z "$address" ] || say "$address" >"$home/deployer"
}

# All ports of the SSH server, separated by commas: those of its configuration, those that systemd opens for it, those at
# which it listens, and those by which deployments came. At boot it does not run yet.
ssh_ports() {
  {
    cat "$home/ssh-ports" 2>/dev/null || :
    mkdir -p /run/sshd 2>/dev/null || :
    sshd -T 2>/dev/null | sed -n -e 's/^port //p' -e 's/^listenaddress .*:\([0-9]*\)$/\1/p' || :
    cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null |
      sed -n 's/^[[:space:]]*[Pp][Oo][Rr][Tt][[:space:]=]\{1,\}\([0-9]\{1,\}\).*/\1/p' || :
    systemctl show --property Listen --value ssh.socket sshd.socket 2>/dev/null |
      sed -n 's/^.*:\([0-9]*\) (Stream)$/\1/p' || :
    ss -H -l -t -n -p 2>/dev/null | sed -n '/"\(sshd\|dropbear\)"/s/^[^ ]* *[^ ]* *[^ ]* *[^ ]*:\([0-9]*\) .*/\1/p' || :
  } | grep -x '[0-9]\{1,5\}' | sort -n -u | paste -s -d , - | sed 's/^$/22/'
}

# A set of rules that lets SSH through from some addresses only has to hold that of this log-in.
refuse_shutting_out() {
  ranges=$(header "$candidate" ssh-from)
  address=$(log_in | cut -d ' ' -f 1)
  if [ -z "$ranges" ] || [ -z "$address" ] || [ -n "$(header "$candidate" ssh-from-deployer)" ]; then
    return
  fi
  for range in $ranges; do
    ! is_within "$address" "$range" || return 0
  done
  way_out=$(advice "$candidate" ssh-from)
  fail "this deployment logs in from $address, which the new rules would shut out; nothing was changed${way_out:+: $way_out}"
}

# `is_within <address> <range>`, which nft knows of both kinds of addresses.
is_within() {
  case $1$2 in
    *:*) type=ipv6_addr ;;
    *) type=ipv4_addr ;;
  esac
  say "table inet it { set range { type $type; flags interval; elements = { $2 }; }; }" |
    elsewhere "nft -f - && nft get element inet it range '{ $1 }'" >/dev/null 2>&1
}

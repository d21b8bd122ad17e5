# Services without a container: systemd units, with a program of the distribution or one that was downloaded.

KINDS="$KINDS native"

native_is_found() {
  is_unit_of_ours "podwatch-$service.service"
}

native_unit() {
  say "podwatch-$service.service"
}

native_units() {
  say "$unit"
  say "${unit%.service}.socket"
}

native_refuse() {
  refuse_foreign_account
  refuse_taken_addresses
}

# `listen <address> <port>`, `any` for all addresses: the address must be the host's own, and the port free.
refuse_taken_addresses() {
  header "$candidate" listen >"$home/candidate/listen"
  while read -r address port; do
    if [ "$address" != any ] && command -v ip >/dev/null && ! ip -o address | grep -qF " $address/"; then
      way_out=$(advice "$candidate" listen-address)
      fail "this host has no address $address to listen on${way_out:+; $way_out}"
    fi
    if command -v ss >/dev/null && ! listens_already "$port" && [ -n "$(ss -H -l -t -n "sport = :$port")" ]; then
      way_out=$(advice "$candidate" listen-port)
      fail "port $port is taken on this host by another program (ss -ltnp tells which); stop that${way_out:+, or $way_out}"
    fi
  done <"$home/candidate/listen"
}

# Whether the installed socket unit listens on a port.
listens_already() {
  systemctl --quiet is-active "${unit%.service}.socket" &&
    grep -qs -e "^ListenStream=$1\$" -e "^ListenStream=.*:$1\$" "$NATIVE_UNITS/${unit%.service}.socket"
}

native_check() {
  make_host_directories
  ensure_program
  ensure_account
  verify_units
}

native_holds() {
  any_holds && has_program && has_account
}

native_prove() {
  await_ready "$release" &&
    is_filtered &&
    { [ -z "$previous" ] || await_steady "$(unit_service)"; }
}

# If the kernel cannot filter, systemd only warns and accepts all connections. It counts filtered packets: no counter, no filter.
is_filtered() {
  socket=${unit%.service}.socket
  if ! grep -qs '^IPAddressDeny=' "$release/unit/$socket"; then
    return 0
  fi
  case $(systemctl show --property IPIngressBytes --value "$socket") in
    '' | *[!0-9]* | 18446744073709551615) ;;
    *) return 0 ;;
  esac
  reason="the kernel of this host cannot filter by address (systemd's IPAddressDeny= has no effect), so everybody who reaches the
host would reach the service; use a kernel with CONFIG_CGROUP_BPF, as distributions have it"
  return 1
}

native_drift() {
  program_drift
  account_drift
}

program_drift() {
  has_program || say "program changed $(header "$candidate" program | cut -d ' ' -f 1)"
}

account_drift() {
  if has_account; then
    return
  fi
  set -- "$(header "$candidate" account)"
  if getent passwd "$1" >/dev/null; then
    say "account replaced $1"
  else
    say "account missing $1"
  fi
}

native_forget() {
  drop_socket_directory
}

native_uninstalled() {
  drop_socket_directory
}

native_drop_unused() {
  drop_unused_programs
  drop_unused_accounts
}

# The sockets' directory is removed with the last socket; if NGINX still has it mounted, with the runner.
drop_socket_directory() {
  if [ -n "$ROOTLESS" ]; then
    rmdir "$XDG_RUNTIME_DIR/podwatch" 2>/dev/null || :
  else
    rmdir /run/podwatch 2>/dev/null || :
  fi
}

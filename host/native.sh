# Services that are no containers: units of systemd's own, with a program of the distribution's or one that is kept here.

check_native() {
  refuse_foreign_account
  refuse_taken_addresses
  make_host_directories
  ensure_program
  ensure_account
  mkdir -p "$home/candidate/verify"
  cp "$candidate"/unit/* "$home/candidate/verify/"
  command -v systemd-analyze >/dev/null || return 0
  # What it says of other units of the host is not about us; of ours, even a warning is one too many: the service would run
  # without what was asked for.
  if report=$(cd "$home/candidate/verify" && timeout -k 5 60 systemd-analyze ${ROOTLESS:+--user} verify --man=no \
    ./podwatch-* 2>&1 9>&- | grep -F "podwatch-$service."); then
    fail "systemd refuses the units of $service; nothing was changed: $(say "$report" | tail -n 3)"
  fi
}

# `listen <address> <port>`, with the address `any` for all: they have to be the host's own, and free.
refuse_taken_addresses() {
  header "$candidate" listen >"$home/candidate/listen"
  while read -r address port; do
    if [ "$address" != any ] && command -v ip >/dev/null && ! ip -o address | grep -qF " $address/"; then
      fail "this host has no address $address to listen on; set podwatch:nodeExporter.bind to one that it has"
    fi
    if command -v ss >/dev/null && ! listens_already "$port" && [ -n "$(ss -H -l -t -n "sport = :$port")" ]; then
      fail "port $port is taken on this host by another program (is it the distribution's own node exporter?
systemctl disable --now prometheus-node-exporter); stop that, or set podwatch:nodeExporter.port"
    fi
  done <"$home/candidate/listen"
}

# Whether it is the installed socket that has a port.
listens_already() {
  systemctl --quiet is-active "${unit%.service}.socket" &&
    grep -qs -e "^ListenStream=$1\$" -e "^ListenStream=.*:$1\$" "$NATIVE_UNITS/${unit%.service}.socket"
}

activate_native() {
  case $1 in
    started | restarted)
      if ! report=$(start_native 2>&1); then
        reason="systemd could not start it: $report"
        return 1
      fi
      await_ready "$release" &&
        is_filtered &&
        { [ -z "$previous" ] || await_steady "$container"; }
      ;;
    reloaded) run_activation_hook reload ;;
    updated) ;;
  esac
}

# A socket whose unit is the same stays open, so that callers wait instead of being refused.
start_native() {
  names=$(cd "$release/unit" && ls)
  has_units_of "$release" || systemctl stop "${unit%.service}.socket" "$unit" 2>/dev/null || :
  # shellcheck disable=SC2086 # a list of unit names
  install_units &&
    systemctl --quiet enable $names 2>&1 &&
    timeout -k 5 330 systemctl ${ROOTLESS:+--user} restart "$unit" 9>&-
}

# systemd only warns where the kernel cannot filter, and would let everybody in. It counts what it filters: no count, no filter.
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

# The units go last: they are the proof that the rest is ours, for the next run if this one is interrupted.
stop_native() {
  socket=${unit%.service}.socket
  if is_unit_of_ours "$unit" || is_unit_of_ours "$socket"; then
    for name in "$socket" "$unit"; do
      if is_unit_of_ours "$name"; then
        systemctl --quiet disable "$name" 2>/dev/null || :
        systemctl stop "$name" 2>/dev/null || :
      fi
    done
    for name in "$socket" "$unit"; do
      ! is_unit_of_ours "$name" || rm -f "$(unit_path "$name")"
    done
  elif [ ! -d "$home" ]; then
    return
  fi
  reload_systemd
  systemctl reset-failed "$unit" "$socket" 2>/dev/null || :
}

# The directory of the sockets goes with the last of them; on a host that NGINX still has it mounted, with the runner.
drop_socket_directory() {
  if [ -n "$ROOTLESS" ]; then
    rmdir "$XDG_RUNTIME_DIR/podwatch" 2>/dev/null || :
  else
    rmdir /run/podwatch 2>/dev/null || :
  fi
}

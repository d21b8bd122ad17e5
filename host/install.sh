# Installs this runner on the host, after checking the requirements.

# `install rootful|rootless`: the runner is its own file.
install_runner() {
  input_read=yes
  if [ "$1" = rootful ] && [ -n "$ROOTLESS" ]; then
    fail "only root can install it for root"
  fi
  check_systemd
  if [ -n "$ROOTLESS" ]; then
    ensure_linger
  fi
  lock runner
  umask 077
  # Directories of a former version, which other users could read, and its lock, which they could hold.
  find "$STATE" -maxdepth 1 -type f -exec chmod go= {} +
  rm -f "$STATE/reloads" "$STATE/reloading"
  { note_new_directories && cp "$SELF" "$STATE/.runner.new"; } 2>/dev/null ||
    fail "cannot write to $STATE; is the disk full?"
  mv "$STATE/.runner.new" "$STATE/runner"
  claim "$STATE"
  umask 022
  each_kind installed
  say installed
}

# Rootless services must outlive the login session that starts them.
ensure_linger() {
  if [ -e "/var/lib/systemd/linger/$(id -un)" ]; then
    return
  fi
  loginctl enable-linger 2>/dev/null ||
    fail "services of $(id -un) would end when he logs out: let root run loginctl enable-linger $(id -un)"
  mkdir -p "$STATE"
  : >"$STATE/linger-enabled"
  give_up=$(($(uptime_seconds) + 15))
  until systemctl is-system-running >/dev/null 2>&1 || [ -S "$XDG_RUNTIME_DIR/systemd/private" ]; do
    [ "$(uptime_seconds)" -lt "$give_up" ] || fail "the user manager of $(id -un) does not start"
    sleep 0.2
  done
}

# Records which shared directories were created for us, by the runner or by podman.
note_new_directories() {
  for directory in "$UNITS" "$NATIVE_UNITS" "$NETWORKS"; do
    while [ ! -d "$directory" ]; do
      say "$directory" >>"$STATE/new-directories" || return 1
      directory=${directory%/*}
    done
  done
}

uninstall_runner() {
  cat >/dev/null
  input_read=yes
  lock runner
  if leave_to_others "$STATE"; then
    return
  fi
  if ls "$STATE"/services/*/current/headers >/dev/null 2>&1; then
    fail "services are still installed on this host: $(cd "$STATE/services" && echo *)"
  fi
  if [ -e "$STATE/new-directories" ]; then
    while IFS= read -r directory; do
      rmdir "$directory" 2>/dev/null || :
    done <"$STATE/new-directories"
  fi
  if [ -e "$STATE/linger-enabled" ]; then
    loginctl disable-linger 2>/dev/null || :
  fi
  # Candidates of interrupted runs reference objects, too.
  rm -rf "$STATE/services"
  each_kind drop_unused
  each_kind uninstalled
  # A directory that is a mount point stays, empty.
  rm -rf "$STATE" 2>/dev/null || [ -z "$(ls -A "$STATE")" ] || fail "cannot remove $STATE"
  say uninstalled
}

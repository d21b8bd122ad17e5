# The units of a service: for podman's Quadlet generator, or for systemd itself.

# No child process may inherit the lock (descriptor 9).
systemctl() {
  if [ -n "$ROOTLESS" ]; then
    command systemctl --user "$@" 9>&-
  else
    command systemctl "$@" 9>&-
  fi
}

unit_path() {
  case $1 in
    *.container | *.network) say "$UNITS/$1" ;;
    *) say "$NATIVE_UNITS/$1" ;;
  esac
}

is_unit_of_ours() {
  grep -qsF "$OWNER_MARK" "$(unit_path "$1")"
}

# Whether the installed units of the service are exactly those of a release.
has_units_of() {
  for name in $(of_kind units); do
    if [ -e "$1/unit/$name" ]; then
      cmp -s "$1/unit/$name" "$(unit_path "$name")" || return 1
    elif is_unit_of_ours "$name"; then
      return 1
    fi
  done
}

# The same unit was accepted by this host before, and its image exists.
runs_by_same_unit() {
  [ ! -e "$home/pending" ] && has_units_of "$candidate" && systemctl --quiet is-active "$(unit_service)"
}

# The name of the systemd service for the unit.
unit_service() {
  case $unit in
    *.network) say "${unit%.network}-network.service" ;;
    *.container) say "${unit%.container}.service" ;;
    *) say "$unit" ;;
  esac
}

# Whether systemd accepts the candidate's units. Messages about other units are ignored; for ours, a warning counts as an
# error, since the service would run without the key.
verify_units() {
  mkdir -p "$home/candidate/verify"
  cp "$candidate"/unit/* "$home/candidate/verify/"
  command -v systemd-analyze >/dev/null || return 0
  if report=$(cd "$home/candidate/verify" && timeout -k 5 60 systemd-analyze ${ROOTLESS:+--user} verify --man=no \
    ./podwatch-* 2>&1 9>&- | grep -F "podwatch-$service."); then
    fail "systemd refuses the units of $service; nothing was changed: $(say "$report" | tail -n 3)"
  fi
}

# Installs the units of a release, and runs a daemon-reload.
install_units() {
  place_units && reload_systemd
}

# Installs the units of a release, each atomically.
place_units() {
  for name in $(of_kind units); do
    path=$(unit_path "$name")
    if [ -e "$release/unit/$name" ]; then
      mkdir -p "${path%/*}" &&
        cp "$release/unit/$name" "${path%/*}/.$name.new" &&
        mv "${path%/*}/.$name.new" "$path" || return 1
    elif is_unit_of_ours "$name"; then
      systemctl disable --now "$name" >/dev/null 2>&1 || :
      rm -f "$path" || return 1
    fi
  done
}

# Runs a daemon-reload. It takes long and blocks systemd, so services that are applied in parallel share it: a run that waited
# while another one's reload ran from beginning to end needs none of its own. `reloads` holds the number of reloads begun and
# the number of the last that succeeded; not times, since the clock may be set.
# `reload_systemd [<count>]`: a reload that began after `begun_reloads` returned the count suffices; by default, after now.
reload_systemd() {
  begun_before=${1-$(begun_reloads)}
  {
    if ! flock -w "$LOCK_SECONDS" 8; then
      systemctl daemon-reload
      return
    fi
    { read -r begun succeeded <"$STATE/locks/reloads"; } 2>/dev/null || begun=0 succeeded=0
    if [ "$succeeded" -gt "${begun_before:-0}" ]; then
      return
    fi
    begun=$((begun + 1))
    note_reloads "$begun $succeeded"
    systemctl daemon-reload || return 1
    note_reloads "$begun $begun"
  } 8>"$STATE/locks/reloading"
}

begun_reloads() {
  cut -d ' ' -f 1 "$STATE/locks/reloads" 2>/dev/null || :
}

# Atomic, for readers without the lock. On a full disk the counter stays, and reloads are not shared.
note_reloads() {
  { say "$1" >"$STATE/locks/reloads.new" && mv "$STATE/locks/reloads.new" "$STATE/locks/reloads"; } 2>/dev/null || :
}

# Whether systemd starts a unit by itself: then it must be running if it is in the release.
starts_at_boot() {
  grep -qsxF -e '[Install]' "$1"
}

# Starts the main unit of $release, and enables the units with an [Install] section. A socket whose unit is unchanged stays
# open, so that callers wait instead of being refused.
start_units() {
  names=
  for name in $(of_kind units); do
    ! starts_at_boot "$release/unit/$name" || names="$names $name"
  done
  # shellcheck disable=SC2046 # a list of unit names
  has_units_of "$release" || systemctl stop $(of_kind units) 2>/dev/null || :
  # shellcheck disable=SC2086 # a list of unit names
  install_units &&
    { [ -z "$names" ] || systemctl --quiet enable $names 2>&1; } &&
    timeout -k 5 330 systemctl ${ROOTLESS:+--user} restart "$unit" 9>&-
}

# Stops and removes the units, the main one last: for the next run, if this one is interrupted, they prove that the rest is
# ours.
remove_units() {
  names=
  ours=
  for name in $(of_kind units); do
    names="$name $names"
    ! is_unit_of_ours "$name" || ours="$name $ours"
  done
  for name in $ours; do
    systemctl --quiet disable "$name" 2>/dev/null || :
    systemctl stop "$name" 2>/dev/null || :
  done
  for name in $ours; do
    rm -f "$(unit_path "$name")"
  done
  # shellcheck disable=SC2086 # a list of unit names
  if [ -n "$ours" ] || { [ -n "$names" ] && [ -d "$home" ]; }; then
    forget_unit $names
  fi
}

# `forget_unit [<systemd service>...]`: by default that of the main unit.
forget_unit() {
  [ $# -gt 0 ] || set -- "$(unit_service)"
  reload_systemd
  systemctl reset-failed "$@" 2>/dev/null || :
}

# A path that may begin with systemd's specifiers %h (home) or %t (runtime directory).
expanded() {
  case $1 in
    %h/*) say "$HOME/${1#%h/}" ;;
    %t/*) say "$XDG_RUNTIME_DIR/${1#%t/}" ;;
    *) say "$1" ;;
  esac
}

# Checks that paths the units need exist.
make_host_directories() {
  for directory in $(header "$candidate" host-directory); do
    directory=$(expanded "$directory")
    [ -d "$directory" ] || mkdir -p "$directory" 2>/dev/null ||
      fail "the directory $directory does not exist on this host; create it (for example with tmpfiles.d) first"
  done
}

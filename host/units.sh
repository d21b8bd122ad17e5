# Where the units of a service stand. A service that runs in a container has one, for podman's Quadlet generator; one that
# is no container has its own `.service`, which `unit` names, and perhaps a `.socket`, for systemd itself.

is_native() {
  case ${unit:-} in
    *.service) return 0 ;;
    *) return 1 ;;
  esac
}

unit_path() {
  case $1 in
    *.service | *.socket) say "$NATIVE_UNITS/$1" ;;
    *) say "$UNITS/$1" ;;
  esac
}

# The unit that a release is called after.
main_unit() {
  (cd "$1/unit" && ls) | grep -v '\.socket$'
}

# The unit of an installed service, found by what is there: `home` and `service` are set.
installed_unit() {
  case $service in
    network) say podwatch.network ;;
    *)
      if is_unit_of_ours "podwatch-$service.service" ||
        ls "$home"/releases/*/unit/"podwatch-$service.service" >/dev/null 2>&1; then
        say "podwatch-$service.service"
      else
        say "podwatch-$service.container"
      fi
      ;;
  esac
}

# The units that the service has, or would have if it were installed.
unit_names() {
  say "$unit"
  ! is_native || say "${unit%.service}.socket"
}

is_unit_of_ours() {
  grep -qsF "$OWNER_MARK" "$(unit_path "$1")"
}

# Whether the units of a release, and no others of the service, are the installed ones.
has_units_of() {
  for name in $(unit_names); do
    if [ -e "$1/unit/$name" ]; then
      cmp -s "$1/unit/$name" "$(unit_path "$name")" || return 1
    elif is_unit_of_ours "$name"; then
      return 1
    fi
  done
}

# The service that systemd makes of the unit.
unit_service() {
  case $unit in
    *.network) say "${unit%.network}-network.service" ;;
    *.container) say "${unit%.container}.service" ;;
    *) say "$unit" ;;
  esac
}

# Puts the units of a release in their places, and has systemd read them.
install_units() {
  place_units && reload_systemd
}

# Puts the units of a release in their places, each in one step.
place_units() {
  for name in $(unit_names); do
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

# Has systemd read its units anew. That takes long, and systemd does nothing else meanwhile, so services that are applied
# side by side share it: who has waited while another run had all of them read, from beginning to end, needs nothing more.
# `reloads` counts how often that was begun, and which was the last to succeed: times would mislead where a clock is set.
# `reload_systemd [<count>]`: what was begun after `begun_reloads` gave the count will do; by default, after now.
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

# In one step, for those who look without the lock. On a full disk nothing is counted, and so nothing shared.
note_reloads() {
  { say "$1" >"$STATE/locks/reloads.new" && mv "$STATE/locks/reloads.new" "$STATE/locks/reloads"; } 2>/dev/null || :
}

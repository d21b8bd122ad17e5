# The network that the services share. Other containers may have joined it, and it cannot be changed while in use.

KINDS="$KINDS network"

network_is_found() {
  [ "$service" = network ]
}

network_unit() {
  of_engine network_unit
}

network_stranger() {
  if [ ! -e "$(unit_path "$unit")" ] && of_engine has_network podwatch; then
    say "there is already a network named podwatch that is not managed by Podwatch; rename or remove it first"
  fi
}

network_refuse() {
  if [ -e "$(unit_path "$unit")" ]; then
    cmp -s "$candidate/unit/$unit" "$(unit_path "$unit")" || refuse_guests
  fi
}

network_check() {
  of_engine check_unit
  cmp -s "$candidate/unit/$unit" "$(unit_path "$unit")" || refuse_ranges_of_interfaces
}

network_outlives_files() {
  true
}

# A network in use cannot be changed: its services are stopped and started again afterwards. Until then their names are in
# `stopped`, since the run after an interrupted one no longer finds them running.
network_activate() {
  running=$(services_to_start)
  if [ "$1" = restarted ]; then
    running=$(
      {
        say "$running"
        systemctl list-units --plain --no-legend --state=active,activating 'podwatch-*.service' | awk '{ print $1 }'
      } | grep -v -x -F -e '' -e "$(unit_service)" | sort -u | in_containers
    )
    say "$running" >"$home/stopped.new"
    mv "$home/stopped.new" "$home/stopped"
    lower_shield
    # shellcheck disable=SC2086 # a list of unit names
    systemctl stop $running "$(unit_service)" || :
    # Containers of ours that a killed run left; the network itself without --force, which would remove other containers.
    in_network | of_ours | while read -r name; do of_engine remove_container "$name"; done
    "$engine" network rm podwatch >/dev/null 2>&1 || :
    running=$(services_to_start)
  fi
  # shellcheck disable=SC2086 # a list of unit names
  if ! report=$({ place_shield && install_units && systemctl start "$(unit_service)" $running; } 2>&1); then
    reason="$report"
    return 1
  fi
  rm -f "$home/stopped"
}

# Whether it exists; otherwise systemd has failed.
network_prove() {
  :
}

network_is_ready() {
  of_engine has_network podwatch
}

network_log() {
  of_engine log "$@"
}

network_drift() {
  of_engine has_network podwatch || say "network missing podwatch"
}

network_mend() {
  of_engine has_network podwatch || systemctl stop "$(unit_service)"
}

network_remove() {
  if is_unit_of_ours "$unit"; then
    refuse_guests
    systemctl stop "$(unit_service)" 2>/dev/null || :
    lower_shield
    ! of_engine has_network podwatch || "$engine" network rm podwatch >/dev/null
    rm -f "$(unit_path "$unit")"
  elif [ ! -d "$home" ]; then
    return
  fi
  # Also for a network whose unit was not installed yet.
  remove_shield
  forget_unit
}

# A network of an earlier runner gets what it lacks.
network_installed() {
  shield_network
}

# Starts the services that were stopped, except those that were removed since, and those whose files were lost with $STATE,
# which cannot start before they are applied again.
services_to_start() {
  [ -e "$home/stopped" ] || return 0
  in_containers <"$home/stopped" | while IFS= read -r name; do
    stopped=${name%.service}
    [ ! -e "$STATE/services/${stopped#podwatch-}/current" ] || say "$name"
  done
}

# Filters standard input: services that run in a container.
in_containers() {
  while IFS= read -r name; do
    ! of_engine is_container_unit "${name%.service}" || say "$name"
  done
}

# A network that other containers have joined is not removed.
refuse_guests() {
  everybody=$(in_network)
  guests=$(say "$everybody" | grep -vxF -e "$(say "$everybody" | of_ours)" | paste -s -d ' ' -)
  [ -z "$guests" ] ||
    fail "the network podwatch cannot be changed or removed while containers that are not managed by Podwatch use it ($guests); remove them first, or disconnect them with $engine network disconnect podwatch NAME"
}

# Filters standard input: containers whose unit is ours, regardless of their names.
of_ours() {
  while IFS= read -r name; do
    case $name in
      podwatch-*) ! of_engine is_container_unit "$name" || say "$name" ;;
    esac
  done
}

in_network() {
  "$engine" ps --all --filter network=podwatch --format '{{.Names}}'
}

# Removes a service and all that belongs to it; data volumes stay unless the stack says `data: delete`.

remove_service() {
  service=$1
  container=podwatch-$service
  home=$STATE/services/$service
  cat >/dev/null
  input_read=yes
  lock "$service"
  if leave_to_others "$home"; then
    return
  fi
  unit=$(installed_unit)
  images=$(cat "$home"/releases/*/headers 2>/dev/null | sed -n -e 's/^image //p' -e 's/^base-image //p' | sort -u)
  data=$(sed -n 's/^data //p' "$home/current/headers" 2>/dev/null || :)
  stop_service
  if [ "$data" = delete ]; then
    # Without force, which would take along whatever else uses it.
    ! is_volume_of_ours "$container" || podman volume rm "$container" >/dev/null ||
      fail "the data volume $container cannot be removed; is it used by a container that is not managed by Podwatch?"
  fi
  rm -rf "$home"
  case $unit in
    *.container) drop_check_container ;;
  esac
  for image in $images; do
    drop_image "$image"
  done
  drop_unused_programs
  drop_unused_accounts
  ! is_native || drop_socket_directory
  rm -f "$STATE/locks/$service"
  say removed
}

# Stops a service and takes its container and unit away; content with what is already gone. The unit goes last: it
# is the proof that the rest is ours, for the next run if this one is interrupted.
stop_service() {
  for name in $(unit_names); do
    path=$(unit_path "$name")
    rm -f "${path%/*}/.$name.new"
  done
  if is_native; then
    stop_native
    return
  fi
  if is_unit_of_ours "$unit"; then
    [ "$unit" != podwatch.network ] || refuse_guests
    systemctl stop "$(unit_service)" 2>/dev/null || :
    case $unit in
      *.network)
        lower_shield
        ! podman network exists podwatch || podman network rm podwatch >/dev/null
        ;;
      *) podman rm --force --ignore "$container" >/dev/null ;;
    esac
    rm -f "$UNITS/$unit"
  elif [ ! -d "$home" ]; then
    return
  fi
  # Also of a network that did not get as far as its unit.
  [ "$unit" != podwatch.network ] || remove_shield
  reload_systemd
  systemctl reset-failed "$(unit_service)" 2>/dev/null || :
}

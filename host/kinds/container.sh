# Services that run in a container of podman's, by a unit for its Quadlet generator.

KINDS="$KINDS container"

# What `podman run` ends with when it could not run anything.
readonly PODMAN_FAILED=125

container_unit() {
  say "podwatch-$service.container"
}

# Each call of podman takes as long as ten small commands, so what can be asked in one is asked in one.
container_fit() {
  require_podman
  if has_services; then
    check_podman_version "$(podman version --format '{{.Client.Version}}')"
  else
    answer=$(podman info --format '{{.Version.Version}} {{.Store.GraphRoot}}' 2>&1) ||
      fail "podman does not work on this host: $(say "$answer" | tail -n 1)"
    answer=$(say "$answer" | tail -n 1)
    check_podman_version "${answer%% *}"
    check_room_for_images "${answer#* }"
  fi
  check_what_podman_needs
  containers=$(podman ps --all --format '{{.Names}}') || fail "podman does not work on this host: it cannot list containers"
}

container_stranger() {
  if [ ! -e "$UNITS/$unit" ] && is_container "$container"; then
    say "there is already a container named $container that is not managed by Podwatch; rename or remove it first"
  fi
}

# By the list of all containers, where there is one: several services are asked about then.
is_container() {
  if [ -n "${containers+set}" ]; then say "$containers" | grep -qxF -e "$1"; else podman container exists "$1"; fi
}

container_refuse() {
  if [ ! -e "$UNITS/$unit" ] && [ -n "$(header "$candidate" data)" ] && podman volume exists "$container" &&
    ! is_volume_of_ours "$container"; then
    fail "there is already a volume named $container that is not managed by Podwatch; rename or remove it first"
  fi
}

container_check() {
  check_quadlet
  if [ -e "$candidate/hooks/check" ] && ! is_accepted; then
    fail "$service refuses its new configuration; nothing was changed:
$(say "$report" | tail -n 15)"
  fi
}

# What an interrupted run has left of it.
drop_check_container() {
  [ "$(podman container inspect --format '{{index .Config.Labels "io.podwatch.service"}}' "$container-check" 2>/dev/null)" != "$service" ] ||
    podman rm --force --ignore "$container-check" >/dev/null
}

# Whether the service's own checker accepts the candidate; `report` is what it says. A check that podman could not begin
# because an interrupted run has left its container is made once more: looked for only then, as there rarely is one.
is_accepted() {
  report=$(run_check 2>&1) && return
  [ $? -eq "$PODMAN_FAILED" ] && podman container exists "$container-check" || return 1
  drop_check_container
  if podman container exists "$container-check"; then
    report="there is already a container named $container-check that is not managed by Podwatch; rename or remove it first"
    return 1
  fi
  report=$(run_check 2>&1)
}

# The check runs in the image that will run the files, without network, and sees them where they will be. What it says
# is told if need be, and stands in no journal.
run_check() {
  make_empty_secrets
  timeout -k 5 120 podman run --rm --interactive --name "$container-check" --label io.podwatch.service="$service" --network none --log-driver none \
    --read-only --cap-drop all --security-opt no-new-privileges --user "$(header "$candidate" user)" \
    --volume "$home/candidate:/etc/podwatch:ro,z" --volume "$home/candidate/secrets:/run/secrets:ro,z" --entrypoint /bin/sh "$(header "$candidate" image)" -s <"$candidate/hooks/check" 9>&-
}

# A checker looks whether the files are there that hold secrets; what is in them is none of its business.
make_empty_secrets() {
  mkdir -p "$home/candidate/secrets"
  for secret in $(header "$candidate" secret); do
    : >"$home/candidate/secrets/${secret#podwatch-}"
  done
}

# The unit first: systemd may read it for another service while the rest is done.
prepare_start() {
  place_units &&
    begun=$(begun_reloads) &&
    ensure_volume &&
    use_secrets "$secrets" &&
    reload_systemd "$begun"
}

ensure_volume() {
  if [ -n "$(header "$release" data)" ]; then
    podman volume create --ignore --label io.podwatch.service="$service" "$container" >/dev/null
  fi
}

container_activate() {
  [ "$1" != updated ] || return 0
  if ! report=$(prepare_start 2>&1); then
    reason=$report
    return 1
  fi
  if ! report=$(timeout -k 5 330 systemctl ${ROOTLESS:+--user} restart "$(unit_service)" 2>&1 9>&-); then
    reason="systemd could not start it: $report"
    return 1
  fi
}

container_prove() {
  await_ready "$release" &&
    run_activation_hook started &&
    { [ -n "${failure:-}" ] || is_let_through "$release/unit/$unit"; } &&
    { [ -z "$previous" ] || await_steady "$(unit_service)"; }
}

# Inside its own container, or inside the one that it names because its own image has no shell.
container_run() {
  place=$(header "$2" hooks-in)
  timeout -k 5 "$1" podman exec -i "${place:-$container}" /bin/sh -s 9>&-
}

container_log() {
  podman_log "$@"
}

container_status() {
  say "image $(podman container inspect --format '{{.ImageName}}' "$container" 2>/dev/null || :)"
}

# Whether the container is the one that the unit starts, from the image that the release names.
container_drift() {
  replaced_container "$(header "$candidate" image)"
}

container_mend() {
  if [ -n "$(replaced_container "$(header "$home/current" image)")" ]; then
    systemctl stop "$(unit_service)" 2>/dev/null || :
    podman rm --force --ignore "$container" >/dev/null
  fi
}

replaced_container() {
  if ! running=$(podman container inspect \
    --format '{{.Image}} {{index .Config.Labels "PODMAN_SYSTEMD_UNIT"}} {{.ImageName}}' "$container" 2>/dev/null); then
    return 0
  fi
  expected="$(podman image inspect --format '{{.Id}}' "$1" 2>/dev/null || :) $(unit_service)"
  case $running in
    "$expected "*) ;;
    *) say "container replaced $container from ${running##* }" ;;
  esac
}

# The unit goes last: it is the proof that the rest is ours, for the next run if this one is interrupted.
container_remove() {
  if is_unit_of_ours "$unit"; then
    systemctl stop "$(unit_service)" 2>/dev/null || :
    podman rm --force --ignore "$container" >/dev/null
    rm -f "$UNITS/$unit"
    forget_unit
  elif [ -d "$home" ]; then
    forget_unit
  fi
  drop_check_container
}

# A volume without force, which would take along whatever else uses it.
container_forget() {
  if [ "$1" = delete ] && is_volume_of_ours "$container"; then
    podman volume rm "$container" >/dev/null ||
      fail "the data volume $container cannot be removed; is it used by a container that is not managed by Podwatch?"
  fi
}

container_drop_unused() {
  drop_unused_images
}

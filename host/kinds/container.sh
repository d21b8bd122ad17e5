# Services in a podman container, described by a Quadlet unit.

KINDS="$KINDS container"

# The exit code of `podman run` if it could not run the container.
readonly PODMAN_FAILED=125

container_unit() {
  say "podwatch-$service.container"
}

# A call of podman costs as much as ten small commands, so queries are combined.
container_fit() {
  if is_installed_first podman; then
    check_what_podman_needs
    return
  fi
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

# Uses the list of all containers if the caller has one, as for several services.
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
  refuse_missing_volumes
  refuse_unconfinable
  check_quadlet
  if [ -e "$candidate/hooks/check" ] && ! is_accepted; then
    fail "$service refuses its new configuration; nothing was changed:
$(say "$report" | without_usage | tail -n 15)"
  fi
  import_data
}

# The user's own volumes, `own-volume <path on the host>:<path in the container>[:<options>]`. Checked here, since podman
# would fail only once the service has been stopped.
refuse_missing_volumes() {
  for volume in $(header "$candidate" own-volume); do
    [ -e "${volume%%:*}" ] ||
      fail "$service is to see ${volume%%:*} of this host, which is not there; nothing was changed: create it, or correct volumes of the service"
  done
}

# Removes what an interrupted run left of it.
drop_check_container() {
  [ "$(podman container inspect --format '{{index .Config.Labels "io.podwatch.service"}}' "$container-check" 2>/dev/null)" != "$service" ] ||
    podman rm --force --ignore "$container-check" >/dev/null
}

# Whether the service's own checker accepts the candidate; its output is in `report`. If podman could not start the check
# because an interrupted run left its container, it is retried once; only then is that container looked for.
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

# The check runs in the service's image, without network, with the files mounted at their final paths. Its output is reported
# on failure and does not go to the journal.
run_check() {
  make_empty_secrets
  # shellcheck disable=SC2046 # paths hold no blanks
  timeout -k 5 120 podman run --rm --interactive --name "$container-check" --label io.podwatch.service="$service" --network none --log-driver none \
    --read-only --cap-drop all --security-opt no-new-privileges --user "$(header "$candidate" user)" $(own_users) \
    --volume "$home/candidate:/etc/podwatch:ro,z" --volume "$home/candidate/secrets:/run/secrets:ro,z" $(own_mounts) --entrypoint /bin/sh "$(header "$candidate" image)" -s <"$candidate/hooks/check" 9>&-
}

# With the secrets that are files, the check needs the service's own mapping of users to read them.
own_users() {
  [ ! -e "$candidate/secrets" ] || sed -n 's/^UserNS=/--userns=/p' "$candidate/unit/$unit"
}

# The files and volumes that the user added; the service's files may refer to them.
own_mounts() {
  header "$candidate" own-file | while read -r file inside; do
    say "--volume=$candidate/files/$file:$inside:ro,z"
  done
  header "$candidate" own-volume | sed 's/^/--volume=/'
}

# Checkers require that secret files exist; they are empty here, since the contents are not checked.
make_empty_secrets() {
  mkdir -p "$home/candidate/secrets"
  for secret in $(header "$candidate" secret); do
    : >"$home/candidate/secrets/${secret#podwatch-}"
  done
}

# The unit first: another service's daemon-reload may already read it meanwhile.
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

# Runs in the service's container, or in another that the bundle names if its own image has no shell.
container_run() {
  place=$(header "$2" hooks-in)
  # A proxy that the user set for the service must not receive the hooks' requests.
  timeout -k 5 "$1" podman exec -i --env http_proxy= --env HTTP_PROXY= "${place:-$container}" /bin/sh -s 9>&-
}

container_log() {
  podman_log "$@"
}

container_status() {
  say "image $(podman container inspect --format '{{.ImageName}}' "$container" 2>/dev/null || :)"
}

# Whether the container was started by the unit, from the image that the release names.
container_drift() {
  replaced_container "$(header "$candidate" image)"
  confinement_drift "$candidate"
}

container_mend() {
  if [ -n "$(replaced_container "$(header "$home/current" image)")" ] || [ -n "$(confinement_drift "$home/current")" ]; then
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

# The unit is removed last: for the next run, if this one is interrupted, it proves that the rest is ours.
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

# Without --force, which would also remove other containers that use the volume.
container_forget() {
  if [ "$1" = delete ] && is_volume_of_ours "$container"; then
    podman volume rm "$container" >/dev/null ||
      fail "the data volume $container cannot be removed; is it used by a container that is not managed by Podwatch?"
  fi
}

container_drop_unused() {
  drop_unused_images
}

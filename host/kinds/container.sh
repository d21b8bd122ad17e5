# Services in a container of the engine.

KINDS="$KINDS container"

# The exit code of `podman run` and `docker run` if they could not run the container.
readonly ENGINE_FAILED=125

container_is_found() {
  is_docker_unit "podwatch-$service.service"
}

container_unit() {
  of_engine unit
}

container_fit() {
  of_engine fit
}

container_stranger() {
  if [ ! -e "$(unit_path "$unit")" ] && is_container "$container"; then
    say "there is already a container named $container that is not managed by Podwatch; rename or remove it first"
  fi
}

# Uses the list of all containers if the caller has one, as for several services.
is_container() {
  if [ -n "${containers+set}" ]; then say "$containers" | grep -qxF -e "$1"; else of_engine has_container "$1"; fi
}

container_refuse() {
  if [ ! -e "$(unit_path "$unit")" ] && [ -n "$(header "$candidate" data)" ] && of_engine has_volume "$container" &&
    ! is_volume_of_ours "$container"; then
    fail "there is already a volume named $container that is not managed by Podwatch; rename or remove it first"
  fi
}

container_check() {
  refuse_missing_volumes
  refuse_unconfinable
  of_engine check_unit
  if [ -e "$candidate/hooks/check" ] && ! is_accepted; then
    fail "$service refuses its new configuration; nothing was changed:
$(say "$report" | without_usage | tail -n 15)"
  fi
  import_data
}

# The user's own volumes, `own-volume <path on the host>:<path in the container>[:<options>]`. Checked here, since the engine
# would fail only once the service has been stopped.
refuse_missing_volumes() {
  for volume in $(header "$candidate" own-volume); do
    [ -e "${volume%%:*}" ] ||
      fail "$service is to see ${volume%%:*} of this host, which is not there; nothing was changed: create it, or correct volumes of the service"
  done
}

# Removes what an interrupted run left of it.
drop_check_container() {
  [ "$("$engine" container inspect --format '{{index .Config.Labels "io.podwatch.service"}}' "$container-check" 2>/dev/null)" != "$service" ] ||
    of_engine remove_container "$container-check"
}

# Whether the service's own checker accepts the candidate; its output is in `report`. If the engine could not start the check
# because an interrupted run left its container, it is retried once; only then is that container looked for.
is_accepted() {
  report=$(run_check 2>&1) && return
  [ $? -eq "$ENGINE_FAILED" ] && of_engine has_container "$container-check" || return 1
  drop_check_container
  if of_engine has_container "$container-check"; then
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
  timeout -k 5 120 "$engine" run --rm --interactive --name "$container-check" --label io.podwatch.service="$service" --network none --log-driver none \
    $(of_engine run_options) --read-only --cap-drop all --security-opt no-new-privileges --user "$(header "$candidate" user)" $(of_engine users_of_check) \
    --volume "$home/candidate:/etc/podwatch:ro,z" --volume "$home/candidate/secrets:/run/secrets:ro,z" $(own_mounts) --entrypoint /bin/sh "$(header "$candidate" image)" -s <"$candidate/hooks/check" 9>&-
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
    reload_systemd "$begun" &&
    of_engine enable
}

ensure_volume() {
  [ -z "$(header "$release" data)" ] || of_engine ensure_volume
}

container_activate() {
  [ "$1" != updated ] || return 0
  if ! report=$(prepare_start 2>&1); then
    reason=$report
    return 1
  fi
  report=$(restart_container) || { of_engine failed_by_chance && report=$(restart_container); } || {
    reason="systemd could not start it: $report"
    return 1
  }
}

restart_container() {
  timeout -k 5 660 systemctl ${ROOTLESS:+--user} restart "$(unit_service)" 2>&1 9>&-
}

container_prove() {
  await_ready "$release" &&
    run_activation_hook started &&
    { [ -n "${failure:-}" ] || of_engine is_let_through "$release/unit/$unit"; } &&
    { [ -z "$previous" ] || await_steady "$(unit_service)"; }
}

# Runs in the service's container, or in another that the bundle names if its own image has no shell.
container_run() {
  place=$(header "$2" hooks-in)
  # A proxy that the user set for the service must not receive the hooks' requests.
  timeout -k 5 "$1" "$engine" exec -i --env http_proxy= --env HTTP_PROXY= "${place:-$container}" /bin/sh -s 9>&-
}

container_log() {
  of_engine log "$@"
}

container_status() {
  say "image $(of_engine image_name "$container")"
}

# Whether the container was started by the unit, from the image that the release names.
container_drift() {
  replaced_container "$(header "$candidate" image)"
  confinement_drift "$candidate"
  of_engine drift
}

container_mend() {
  if [ -n "$(replaced_container "$(header "$home/current" image)")" ] || [ -n "$(confinement_drift "$home/current")" ]; then
    systemctl stop "$(unit_service)" 2>/dev/null || :
    of_engine remove_container "$container"
  fi
  of_engine mend
}

replaced_container() {
  running=$(of_engine origin "$container") || return 0
  expected="$("$engine" image inspect --format '{{.Id}}' "$1" 2>/dev/null || :) $(unit_service)"
  case $running in
    "$expected "*) ;;
    *) say "container replaced $container from ${running##* }" ;;
  esac
}

# The unit is removed last: for the next run, if this one is interrupted, it proves that the rest is ours.
container_remove() {
  if is_unit_of_ours "$unit"; then
    systemctl stop "$(unit_service)" 2>/dev/null || :
    of_engine remove_container "$container"
    of_engine disable
    rm -f "$(unit_path "$unit")"
    forget_unit
  elif [ -d "$home" ]; then
    forget_unit
  fi
  drop_check_container
}

# Without --force, which would also remove other containers that use the volume.
container_forget() {
  if [ "$1" = delete ] && is_volume_of_ours "$container"; then
    "$engine" volume rm "$container" >/dev/null ||
      fail "the data volume $container cannot be removed; is it used by a container that is not managed by Podwatch?"
  fi
}

container_drop_unused() {
  drop_unused_images
}

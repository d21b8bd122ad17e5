# Inspects what is installed, and prepares its repair. Nothing here changes a service's release.

inspect() {
  service=$1
  container=podwatch-$service
  home=$STATE/services/$service
  use_engine "$(installed_engine)"
  use_kind "$(installed_kind)"
}

# `status <service>...`: for each service a line `service <name>`, then systemd's properties and ours, one per line.
show_status() {
  cat >/dev/null
  input_read=yes
  for name in "$@"; do
    inspect "$name"
    say "service $service"
    [ -z "$unit" ] || say "unit $(unit_service)"
    release=$(readlink "$home/current" || :)
    say "release ${release#releases/}"
    [ ! -e "$home/pending" ] || say "interrupted yes"
    [ -z "$unit" ] || systemctl show --timestamp=unix --property LoadState,ActiveState,NRestarts,ActiveEnterTimestamp \
      "$(unit_service)" | sed 's/=/ /'
    of_kind status
    if of_kind is_ready; then say "ready yes"; else say "ready no"; fi
  done
}

# `verify <service>`: runs the service's own verification script, inside its container.
verify_service() {
  cat >/dev/null
  input_read=yes
  inspect "$1"
  [ -e "$home/current/hooks/verify" ] || fail "$service cannot be tried by this deployment: run pulumi up"
  report=$(run_hook "$home/current" verify 2>&1) || fail "$(say "$report" | tail -n 1)"
  say "$report"
}

# `drift <service>`, its bundle on standard input: the runner's own digest, then a line `<object> <what> <which>` for
# each difference.
show_drift() {
  inspect "$1"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cat >"$work/bundle" || fail "cannot write to $work; is the disk full?"
  input_read=yes
  candidate=$work/wanted
  mkdir "$candidate"
  unpack_bundle "$work/bundle" "$candidate" || fail "cannot write to $work; is the disk full?"
  use_engine "$(engine_of "$candidate")"
  use_kind "$(kind_of "$candidate")"
  say "runner $(sha256sum <"$SELF" | cut -d ' ' -f 1)"
  release_drift
  unit_drift
  of_kind drift
  inner_drift "$candidate"
  secret_drift
}

# What the service itself says of what it holds, by a hook of its own.
inner_drift() {
  [ ! -e "$1/hooks/drift" ] || ! of_kind is_ready || run_hook "$1" drift 2>/dev/null || say "service broken $service"
}

release_drift() {
  wanted=releases/$(sha256sum <"$work/bundle" | cut -c 1-16)
  found=$(readlink "$home/current" || :)
  if [ ! -e "$home/current/headers" ]; then
    say "release missing $service"
  elif [ "$found" != "$wanted" ]; then
    say "release other ${found#releases/}"
  else
    file_drift
  fi
  [ ! -e "$home/pending" ] || say "release unproven ${wanted#releases/}"
}

file_drift() {
  (cd "$candidate" && find . -type f) | sed 's,^\./,,' | sort | while IFS= read -r file; do
    if [ ! -e "$home/current/$file" ]; then
      say "file missing $file"
    elif ! cmp -s "$candidate/$file" "$home/current/$file"; then
      say "file changed $file"
    fi
  done
  (cd "$home/current/" && find . ! -type d) | sed 's,^\./,,' | sort | while IFS= read -r file; do
    [ -e "$candidate/$file" ] || is_reloaded_secret "$file" || say "file added $file"
  done
}

unit_drift() {
  [ -n "$unit" ] || return 0
  for name in $(of_kind units); do
    path=$(unit_path "$name")
    if [ ! -e "$candidate/unit/$name" ]; then
      ! is_unit_of_ours "$name" || say "unit added $path"
    elif [ ! -e "$path" ]; then
      say "unit missing $path"
    elif ! cmp -s "$candidate/unit/$name" "$path"; then
      say "unit changed $path"
    fi
    if [ "$name" != "$unit" ] && starts_at_boot "$candidate/unit/$name"; then
      systemctl --quiet is-active "$name" || say "unit stopped $name"
    fi
  done
  if [ "$(systemctl show --property LoadState --value "$(unit_service)")" = masked ]; then
    say "unit masked $(unit_service)"
  fi
  systemctl --quiet is-active "$(unit_service)" || say "unit stopped $(unit_service)"
}

secret_drift() {
  for secret in $(header "$candidate" secret); do
    started_with=$(awk -v secret="$secret" '$1 == secret { print $2, $3 }' "$home/secrets" 2>/dev/null || :)
    current=$(of_engine secret_id "$secret")
    if [ -z "$current" ]; then
      say "secret missing $secret"
    elif [ "$current" != "${started_with#* }" ]; then
      say "secret changed $secret"
    elif [ ! -f "$STATE/secrets/$secret/${started_with% *}" ]; then
      say "secret missing $STATE/secrets/$secret/${started_with% *}"
    elif is_altered "$secret" "${started_with% *}"; then
      say "secret changed $secret"
    fi
  done
  for secret in $(header "$candidate" reloaded-secret); do
    value=$(value_of "$secret" "$(recorded_secrets | awk -v secret="$secret" '$1 == secret { print $2 }')")
    if [ ! -f "$value" ]; then
      say "secret missing $value"
    elif [ ! -e "$home/current/secrets/${secret#podwatch-}" ]; then
      say "secret missing $secret"
    elif ! cmp -s "$value" "$home/current/secrets/${secret#podwatch-}"; then
      say "secret changed $secret"
    fi
  done
}

is_reloaded_secret() {
  [ "${1%/*}" = secrets ] && header "$candidate" reloaded-secret | grep -qxF "podwatch-${1#secrets/}"
}

# `mend <service>`: removes deviations of an installed service that `apply` would leave alone or not notice.
mend_service() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  lock "$service"
  if [ ! -e "$home/current/headers" ]; then
    say "not installed"
    return
  fi
  [ -z "$unit" ] || mend_unit
  of_kind mend
  say mended
}

mend_unit() {
  if [ "$(systemctl show --property LoadState --value "$(unit_service)")" = masked ]; then
    systemctl unmask "$(unit_service)" >/dev/null 2>&1 || :
    systemctl unmask --runtime "$(unit_service)" >/dev/null 2>&1 || :
  fi
  if [ ! -e "$(unit_path "$unit")" ] && [ -e "$home/current/unit/$unit" ]; then
    release=$home/current
    install_units || fail "cannot write to $UNITS; is the disk full?"
  fi
}

# `logs <service> <lines> [follow]`: the service's journal, with systemd's messages about it, oldest first.
show_logs() {
  inspect "$1"
  cat >/dev/null
  input_read=yes
  # Unlike a deployment, this ends when the caller goes away.
  trap - HUP PIPE
  set -- --no-pager --quiet --output short-iso --lines "$2" ${3:+--follow} CONTAINER_NAME="$container"
  for name in $(unit_service) $(of_kind working_units); do
    if [ -n "$ROOTLESS" ]; then
      set -- "$@" + _SYSTEMD_USER_UNIT="$name" + USER_UNIT="$name"
    else
      set -- "$@" + _SYSTEMD_UNIT="$name" + UNIT="$name"
    fi
  done
  exec journalctl "$@"
}

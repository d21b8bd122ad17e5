# Applying a service is a transaction: stage and check beside what is live, switch, prove; else put back.
#
#   services/<name>/releases/<id>/{headers,unit/,hooks/,files/}   one release, <id> from the bundle's digest
#   services/<name>/current -> releases/<id>                      what the container sees, switched in one step
#   services/<name>/secrets                                       the secrets it was started with: name, version, podman's id
#   services/<name>/owners                                        see owners.sh
#   services/<name>/pending                                       there while a switch is not proven yet

# `apply <service> [<version of its first secret> ...]`; a version that is not named stays as it is.
apply_service() {
  service=$1
  shift
  container=podwatch-$service
  home=$STATE/services/$service
  lock "$service"
  clean_up=discard_candidate
  mkdir -p "$home/releases" || fail "cannot write to $home; is the disk full?"
  restore_replaced
  receive_bundle
  secrets=$(wanted_secrets "$@")
  if is_settled; then
    rm -rf "$home/candidate"
    claim "$home"
    tidy_up
    say unchanged
    return
  fi
  refuse_foreign
  check_candidate
  switch_to_candidate
  claim "$home"
  tidy_up
  say "$outcome"
  [ -z "$notes" ] || say "$notes"
}

# A run that ended between the two steps of replacing a release by one of the same name left neither in place.
restore_replaced() {
  release=$(readlink "$home/current" || :)
  if [ -n "$release" ] && [ ! -d "$home/$release" ] && [ -d "$home/releases/replaced" ]; then
    mv "$home/releases/replaced" "$home/$release"
  fi
}

receive_bundle() {
  rm -rf "$home/candidate" "$home/pull"
  mkdir -p "$home/candidate/current"
  cat >"$home/candidate/bundle" || fail "cannot write to $home; is the disk full?"
  input_read=yes
  # A connection that is cut ends the input like a bundle that is complete; the start files of a shell may read of it.
  { [ "$(head -n 1 "$home/candidate/bundle")" = "podwatch-bundle 1" ] && [ "$(tail -n 1 "$home/candidate/bundle")" = end ]; } ||
    fail "what has to be applied to $service did not arrive as a whole; run pulumi up again"
  id=$(sha256sum <"$home/candidate/bundle" | cut -c 1-16)
  candidate=$home/candidate/current
  unpack_bundle "$home/candidate/bundle" "$candidate" || fail "cannot write to $home; is the disk full?"
  unit=$(main_unit "$candidate")
}

# What was refused leaves nothing behind.
discard_candidate() {
  rm -rf "$home/candidate"
  [ -e "$home/current" ] || rm -rf "$home"
  [ -z "${image:-}" ] || drop_unused_images
  drop_unused_programs
  drop_unused_accounts
}

# The secrets to start with, `<name> <version>` a line.
wanted_secrets() {
  for secret in $(header "$candidate" secret); do
    version=${1:-$(recorded_secrets | awk -v secret="$secret" '$1 == secret { print $2 }')}
    [ $# -eq 0 ] || shift
    case $version in
      '' | *[!0-9a-f]*) fail "no version of the secret $secret is named: run pulumi up" ;;
    esac
    [ -f "$STATE/secrets/$secret/$version" ] ||
      fail "this host has lost the secret $secret: run pulumi up --replace with the URN of its resource"
    say "$secret $version"
  done
}

recorded_secrets() {
  cut -d ' ' -f 1,2 "$home/secrets" 2>/dev/null || :
}

# Given secrets, with podman's id of what it has under their names.
secrets_in_podman() {
  say "$1" | while read -r secret version; do
    [ -z "$secret" ] || say "$secret $version $(podman_secret_id "$secret")"
  done
}

use_secrets() {
  say "$1" | while read -r secret version; do
    [ -z "$secret" ] || use_secret "$secret" "$version" || exit 1
  done
}

have_secrets_changed() {
  [ "$(secrets_in_podman "$secrets")" != "$(cat "$home/secrets" 2>/dev/null || :)" ]
}

# Whether the host already runs exactly this.
is_settled() {
  [ "$(readlink "$home/current" || :)" = "releases/$id" ] &&
    [ ! -e "$home/pending" ] &&
    diff -r -q "$home/current/" "$candidate/" >/dev/null 2>&1 &&
    has_units_of "$candidate" &&
    ! have_secrets_changed &&
    has_program &&
    has_account &&
    systemctl --quiet is-active "$(unit_service)" &&
    { [ ! -e "$candidate/hooks/ready" ] || probe "$candidate" 1; }
}

switch_to_candidate() {
  previous=$(last_proven_release)
  activation=$(needed_activation)
  say "$previous" >"$home/pending"
  rm -rf "$home/releases/replaced"
  if ! diff -r -q "$home/releases/$id" "$candidate" >/dev/null 2>&1; then
    if [ -d "$home/releases/$id" ]; then
      mv "$home/releases/$id" "$home/releases/replaced"
    fi
    mv "$candidate" "$home/releases/$id"
  fi
  rm -rf "$home/candidate"
  point_current_at "releases/$id"
  if activate "$activation"; then
    record_success
    outcome=$activation
  else
    roll_back
  fi
}

record_success() {
  secrets_in_podman "$secrets" >"$home/secrets.new"
  mv "$home/secrets.new" "$home/secrets"
  rm -f "$home/pending"
}

# An interrupted run leaves the name of the release before it in `pending`.
last_proven_release() {
  if [ -s "$home/pending" ] && [ -d "$home/$(cat "$home/pending")" ]; then
    cat "$home/pending"
  else
    readlink "$home/current" || :
  fi
}

# What it takes to bring the candidate into force: the least that does.
needed_activation() {
  if [ ! -e "$(unit_path "$unit")" ]; then
    say started
  elif [ -e "$home/pending" ] || ! has_units_of "$candidate" ||
    have_secrets_changed || has_new_program || has_new_account ||
    ! systemctl --quiet is-active "$(unit_service)"; then
    say restarted
  elif [ ! -e "$home/current" ]; then
    # $STATE was lost: a container that runs sees files that are no more, while a network has none.
    case $unit in
      *.network) say updated ;;
      *) say restarted ;;
    esac
  elif has_same_files; then
    say updated
  elif [ -e "$candidate/hooks/reload" ]; then
    say reloaded
  else
    say restarted
  fi
}

has_same_files() {
  if [ ! -e "$home/current/files" ] && [ ! -e "$candidate/files" ]; then
    return 0
  fi
  diff -r -q "$home/current/files" "$candidate/files" >/dev/null 2>&1
}

point_current_at() {
  ln -sfn "$1" "$home/current.new"
  mv -T "$home/current.new" "$home/current"
}

# Brings the current release into force; on failure, `reason` says why.
activate() {
  reason=
  notes=
  since=$(end_of_journal)
  release=$home/current
  case $unit in
    *.network) activate_network "$1" ;;
    *.service) activate_native "$1" ;;
    *) activate_container "$1" ;;
  esac
}

activate_container() {
  case $1 in
    started | restarted)
      if ! report=$(prepare_start 2>&1); then
        reason=$report
        return 1
      fi
      if ! report=$(timeout -k 5 330 systemctl ${ROOTLESS:+--user} restart "$(unit_service)" 2>&1 9>&-); then
        reason="systemd could not start it: $report"
        return 1
      fi
      await_ready "$release" &&
        run_activation_hook started &&
        { [ -n "${failure:-}" ] || is_let_through "$release/unit/$unit"; } &&
        { [ -z "$previous" ] || await_steady "$container"; }
      ;;
    reloaded)
      run_activation_hook reload ||
        { [ "$hook_status" -eq "$RESTART_INSTEAD" ] && activation=restarted && activate_container restarted; }
      ;;
    updated) ;;
  esac
}

# The unit first: systemd may read it for another service while the rest is done.
prepare_start() {
  place_units &&
    begun=$(begun_reloads) &&
    ensure_volume &&
    use_secrets "$secrets" &&
    reload_systemd "$begun"
}

# The exit code by which a hook says that it cannot reload now, and that a restart does the same.
RESTART_INSTEAD=75

# What a hook prints behind `note: ` is for people, although all is well.
run_activation_hook() {
  [ -e "$release/hooks/$1" ] || return 0
  hook_status=0
  report=$(run_hook "$release" "$1" 2>&1) || hook_status=$?
  if [ "$hook_status" -ne 0 ]; then
    reason="$(say "$report" | tail -n 5)"
    return 1
  fi
  notes=$(say "$report" | grep '^note: ' || :)
}

ensure_volume() {
  if [ -n "$(header "$release" data)" ]; then
    podman volume create --ignore --label io.podwatch.service="$service" "$container" >/dev/null
  fi
}

# Puts the previous release back into force, or removes the service when there is none.
roll_back() {
  failure="$service did not come up: $reason
$(last_log_lines "$container" "$since")"
  if [ -z "$previous" ] || [ ! -d "$home/$previous" ]; then
    stop_service
    rm -rf "$home"
    fail "$failure
It is removed again: there is no earlier release to go back to."
  fi
  point_current_at "$previous"
  secrets=$(recorded_secrets)
  if activate restarted; then
    record_success
    drop_what_is_over
    fail "$failure
The previous release is back and healthy."
  fi
  fail "$failure
The previous release is back but not healthy: $reason"
}

# What an interrupted run did not get round to is made up for by the next, even if it finds nothing else to do.
tidy_up() {
  say "$secrets" | while read -r secret version; do
    [ -z "$secret" ] || prune_secret "$secret" "$version"
  done
  drop_what_is_over
}

# Of a change that is taken back, values of secrets stay: Pulumi has recorded them, and names them again in the next run.
drop_what_is_over() {
  prune_releases
  drop_unused_images
  drop_unused_programs
  drop_unused_accounts
}

# Keeps the current release only, and drops the image of the one before.
prune_releases() {
  current=$(readlink "$home/current")
  for release in "$home"/releases/*; do
    if [ "$release" != "$home/$current" ]; then
      old_image=$(header "$release" image)
      rm -rf "$release"
      [ -z "$old_image" ] || drop_image "$old_image"
    fi
  done
}

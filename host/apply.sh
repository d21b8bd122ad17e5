# Applying a service is a transaction: stage and check the new release beside the live one, switch, prove; roll back on failure.
#
#   services/<name>/releases/<id>/{headers,unit/,hooks/,files/}   one release, <id> from the bundle's digest
#   services/<name>/releases/<id>/secrets/                        the secrets that a reload takes in, see secret.sh
#   services/<name>/current -> releases/<id>                      what the container sees, switched atomically
#   services/<name>/secrets                                       the secrets it was started with: name, version, the engine's ID
#   services/<name>/owners                                        see owners.sh
#   services/<name>/pending                                       exists while a switch is not yet proven
#
# Variables that all steps use: `service`, `container`, `home`, `kind`, `unit`; `candidate` until the switch, `release` after it;
# `previous`, the release to roll back to; during a rollback `failure`, its cause. A step that fails sets `reason`.

# The exit code by which a hook reports that it cannot reload now and that a restart has the same effect.
readonly RESTART_INSTEAD=75

# `apply <service> [<version of its first secret> ...]`; secrets that are not given keep their version.
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
  place_reloaded_secrets
  if is_settled; then
    rm -rf "$home/candidate"
    claim "$home"
    tidy_up
    say unchanged
    return
  fi
  refuse_other_kind
  refuse_other_engine
  refuse_foreign
  of_kind check
  switch_to_candidate
  claim "$home"
  held=
  tidy_up
  [ -z "$held" ] || notes="${notes:+$notes
}note: $held"
  say "$activation"
  [ -z "$notes" ] || say "$notes"
}

# A service that answers requests meanwhile goes on seeing a whole release while another takes its name.
set_aside() {
  cp -al "$home/releases/$id" "$home/releases/replaced" || fail "cannot write to $home; is the disk full?"
  [ "$(readlink "$home/current" || :)" != "releases/$id" ] || point_current_at releases/replaced
  rm -rf "$home/releases/$id"
}

# A run that was interrupted while it replaced a release of the same name left the one of before under another.
restore_replaced() (
  release=$(readlink "$home/current" || :)
  [ "$release" != releases/replaced ] || release=$(cat "$home/pending")
  if [ -n "$release" ] && [ ! -d "$home/$release" ] && [ -d "$home/releases/replaced" ]; then
    mv "$home/releases/replaced" "$home/$release"
  fi
  [ ! -d "$home/$release" ] || [ "$(readlink "$home/current" || :)" != releases/replaced ] || point_current_at "$release"
)

receive_bundle() {
  rm -rf "$home/candidate" "$home/pull"
  mkdir -p "$home/candidate/current"
  cat >"$home/candidate/bundle" || fail "cannot write to $home; is the disk full?"
  input_read=yes
  # A cut connection ends the input just as a complete bundle does; a shell's start files may consume part of it.
  { [ "$(head -n 1 "$home/candidate/bundle")" = "podwatch-bundle 1" ] && [ "$(tail -n 1 "$home/candidate/bundle")" = end ]; } ||
    fail "what has to be applied to $service did not arrive as a whole; run pulumi up again"
  id=$(sha256sum <"$home/candidate/bundle" | cut -c 1-16)
  candidate=$home/candidate/current
  unpack_bundle "$home/candidate/bundle" "$candidate" || fail "cannot write to $home; is the disk full?"
  use_engine "$(engine_of "$candidate")"
  use_kind "$(kind_of "$candidate")"
}

# A rollback would have to remove one kind and start the other.
refuse_other_kind() {
  [ ! -e "$home/current/headers" ] || [ "$(kind_of "$home/current")" = "$kind" ] ||
    fail "$service is a $(kind_of "$home/current") on this host, and is to be a $kind: remove it first"
}

refuse_other_engine() {
  [ ! -e "$home/current/headers" ] || [ "$(engine_of "$home/current")" = "$engine" ] ||
    fail "$service runs in $(engine_of "$home/current") on this host, and is to run in $engine: remove it first"
}

# A rejected candidate leaves nothing behind.
discard_candidate() {
  rm -rf "$home/candidate"
  [ -e "$home/current" ] || rm -rf "$home"
  each_kind drop_unused
}

# Whether the host already runs exactly this release.
is_settled() {
  [ "$(readlink "$home/current" || :)" = "releases/$id" ] &&
    ! is_unproven &&
    diff -r -q "$home/current/" "$candidate/" >/dev/null 2>&1 &&
    of_kind holds &&
    ! have_secrets_changed &&
    { [ ! -e "$candidate/hooks/ready" ] || probe "$candidate" 1; } &&
    [ -z "$(inner_drift "$candidate")" ]
}

switch_to_candidate() {
  previous=$(last_proven_release)
  activation=$(needed_activation)
  say "$previous" >"$home/pending"
  rm -rf "$home/releases/replaced"
  if ! diff -r -q "$home/releases/$id" "$candidate" >/dev/null 2>&1; then
    if [ -d "$home/releases/$id" ]; then
      set_aside
    fi
    mv "$candidate" "$home/releases/$id"
  fi
  rm -rf "$home/candidate"
  point_current_at "releases/$id"
  if activate "$activation"; then
    record_success
  else
    roll_back
  fi
}

# If only the content of a secret changed, the release before has the same name.
restore_same_release() {
  if [ "$previous" = "releases/${id:-}" ] && [ -d "$home/releases/replaced" ]; then
    rm -rf "${home:?}/$previous"
    mv "$home/releases/replaced" "$home/$previous"
  fi
}

record_success() {
  secrets_in_engine "$secrets" >"$home/secrets.new"
  mv "$home/secrets.new" "$home/secrets"
  record_reloaded_secrets
  rm -f "$home/pending"
}

# An interrupted run leaves the name of the previous release in `pending`.
last_proven_release() {
  if [ -s "$home/pending" ] && [ -d "$home/$(cat "$home/pending")" ]; then
    cat "$home/pending"
  else
    readlink "$home/current" || :
  fi
}

is_unproven() {
  [ -e "$home/pending" ]
}

# Called before anything that the running service uses is replaced: from then on it must be restarted, if need be by a later run.
note_unproven() {
  is_unproven || last_proven_release >"$home/pending" || fail "cannot write to $home; is the disk full?"
}

# The least disruptive action that puts the candidate into effect.
needed_activation() {
  if ! is_installed; then
    say started
  elif is_unproven || have_secrets_changed || ! of_kind holds || [ -n "$(inner_drift "$home/current")" ]; then
    say restarted
  elif [ ! -e "$home/current" ]; then
    # $STATE was lost.
    if of_kind outlives_files; then say updated; else say restarted; fi
  elif has_same_files; then
    say updated
  elif [ -e "$candidate/hooks/reload" ]; then
    say reloaded
  else
    say restarted
  fi
}

is_installed() {
  if [ -n "$unit" ]; then [ -e "$(unit_path "$unit")" ]; else [ -e "$home/current" ]; fi
}

has_same_files() {
  has_same files && has_same secrets
}

has_same() {
  if [ ! -e "$home/current/$1" ] && [ ! -e "$candidate/$1" ]; then
    return 0
  fi
  diff -r -q "$home/current/$1" "$candidate/$1" >/dev/null 2>&1
}

point_current_at() {
  ln -sfn "$1" "$home/current.new"
  mv -T "$home/current.new" "$home/current"
}

# Puts the current release into effect and proves it; on failure, sets `reason`.
activate() {
  reason=
  notes=
  since=$(end_of_journal)
  release=$home/current
  if [ "$1" = reloaded ]; then
    run_activation_hook reload || {
      [ $? -eq "$RESTART_INSTEAD" ] && activation=restarted && activate restarted
    }
    return
  fi
  of_kind activate "$1" &&
    { [ "$1" = updated ] || of_kind prove; }
}

# Rolls back to the previous release, or removes the service if there is none.
roll_back() {
  failure="$service did not come up: $reason
$(last_log_lines "$container" "$since")"
  if [ -z "$previous" ] || [ ! -d "$home/$previous" ]; then
    remove_what_runs
    rm -rf "$home"
    fail "$failure
It is removed again: there is no earlier release to go back to."
  fi
  restore_same_release
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

# Completes what an interrupted run left undone, even if there is nothing else to do.
tidy_up() {
  say "$secrets" | while read -r secret version _; do
    [ -z "$secret" ] || prune_secret "$secret" "$version"
  done
  drop_what_is_over
}

# A rollback keeps the new values of secrets: Pulumi has recorded their versions and passes them again in the next run.
drop_what_is_over() {
  prune_releases
  each_kind drop_unused
}

# Keeps the current release only.
prune_releases() (
  current=$(readlink "$home/current")
  for old in "$home"/releases/*; do
    if [ "$old" != "$home/$current" ]; then
      rm -rf "$old"
    fi
  done
)

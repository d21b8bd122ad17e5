# Secrets. Each value of a secret is kept in a file that only its owner can read, named by its version, a random name that
# reveals nothing. A service is started with the version that its deployment names; a rollback uses the previous one.
#
#   secrets/<name>/<version>         one value
#   secrets/<name>/.sums/<version>   its digest when it came, by which it is known to be as it was
#   secrets/<name>/owners            see owners.sh
#   secrets/<name>/used              the version that the engine has, and the engine's ID of it
#
# Engines hand secrets to a container only when it starts. Those that a reload takes in (header `reloaded-secret`) are files of
# the release instead, secrets/<name>, which are switched and rolled back with it; in place of the engine's ID stands `file`.

# `put-secret <name>`; on standard input a line with the length of the value in bytes, then the value.
put_secret() {
  secret=podwatch-$1
  store=$STATE/secrets/$secret
  lock "$secret"
  refuse_foreign_secret "$secret"
  umask 077
  IFS= read -r length || :
  if ! { mkdir -p "$store" && cat >"$store/incoming"; }; then
    fail "cannot write to $store; is the disk full?"
  fi
  input_read=yes
  if [ "$length" != "podwatch-secret $(($(wc -c <"$store/incoming")))" ]; then
    rm "$store/incoming"
    fail "the value of the secret $1 did not arrive as a whole: does a start file of the login shell read standard input? Run pulumi up again"
  fi
  version=$(version_of_incoming)
  [ -n "$version" ] || version=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
  # One that is there may have been changed since.
  if cmp -s "$store/incoming" "$store/$version"; then rm "$store/incoming"; else mv "$store/incoming" "$store/$version"; fi
  { mkdir -p "$store/.sums" && digest_of "$store/$version" >"$store/.sums/$version"; } ||
    fail "cannot write to $store; is the disk full?"
  claim "$store"
  say "<podwatch-version:$version>"
}

# By its digest, or one of an earlier runner, which wrote none.
version_of_incoming() {
  sum=$(digest_of "$store/incoming")
  for value in "$store/.sums"/* "$store"/*; do
    version=${value##*/}
    case $version in
      incoming | used | owners) continue ;;
    esac
    if [ "${value%/*}" != "$store" ]; then
      [ "$(cat "$value" 2>/dev/null)" = "$sum" ] || continue
    elif [ -e "$store/.sums/$version" ] || ! cmp -s "$value" "$store/incoming"; then
      continue
    fi
    say "$version"
    return
  done
}

digest_of() {
  sha256sum <"$1" | cut -d ' ' -f 1
}

# `is_altered <secret> <version>`: whether somebody changed the value since it came.
is_altered() {
  [ -e "$STATE/secrets/$1/.sums/$2" ] && [ "$(digest_of "$STATE/secrets/$1/$2")" != "$(cat "$STATE/secrets/$1/.sums/$2")" ]
}

refuse_foreign_secret() {
  if [ ! -e "$STATE/secrets/$1/used" ] && of_engine has_secret_of_others "$1"; then
    fail "there is already a podman secret named $1 that is not managed by Podwatch; remove it first"
  fi
}

# Where the value of a secret that a reload takes in is: the host's own certificate takes the place of the deployment's.
value_of() {
  if [ -e "$STATE/issued/$1" ]; then say "$STATE/issued/$1"; else say "$STATE/secrets/$1/$2"; fi
}

# Gives the engine the version of the secret, unless it has it already.
use_secret() {
  store=$STATE/secrets/$1
  there=$(of_engine secret_id "$1")
  if [ -n "$there" ]; then
    if [ "$(cat "$store/used" 2>/dev/null || :)" = "$2 $there" ]; then
      return
    fi
    refuse_foreign_secret "$1"
  fi
  # Recorded first, so that the secret is known to be ours even if this run is killed.
  say "$2" >"$store/used" || return 1
  created=$(of_engine create_secret "$1" "$2" "$store/$2") && say "$2 $created" >"$store/used"
}

# Deletes the values of a secret that are older than the one in use.
prune_secret() {
  find "$STATE/secrets/$1" -type f ! -name used ! -name owners ! -name "$2" ! -newer "$STATE/secrets/$1/used" -exec rm -f {} +
}

remove_secret() {
  secret=podwatch-$1
  cat >/dev/null
  input_read=yes
  lock "$secret"
  if leave_to_others "$STATE/secrets/$secret"; then
    return
  fi
  { read -r _ created <"$STATE/secrets/$secret/used"; } 2>/dev/null || created=
  if [ -e "$STATE/secrets/$secret/used" ]; then
    of_engine remove_secret "$secret" "$created"
  fi
  rm -rf "$STATE/secrets/$secret" "$STATE/locks/$secret"
  say removed
}

# The secrets to start with, one `<name> <version>` per line, with `file` behind those that a reload takes in.
wanted_secrets() {
  for secret in $(header "$candidate" secret) $(header "$candidate" reloaded-secret); do
    version=${1:-$(recorded_secrets | awk -v secret="$secret" '$1 == secret { print $2 }')}
    [ $# -eq 0 ] || shift
    case $version in
      '' | *[!0-9a-f]*) fail "no version of the secret $secret is named: run pulumi up" ;;
    esac
    [ -f "$STATE/secrets/$secret/$version" ] ||
      fail "this host has lost the secret $secret: run pulumi up --replace with the URN of its resource"
    ! is_altered "$secret" "$version" ||
      fail "the secret $secret was changed on this host, not by a deployment: put it back with npm run repair"
    if header "$candidate" reloaded-secret | grep -qxF "$secret"; then
      say "$secret $version file"
    else
      say "$secret $version"
    fi
  done
}

recorded_secrets() {
  awk '{ print $1, $2 ($3 == "file" ? " file" : "") }' "$home/secrets" 2>/dev/null || :
}

# Copies the values into the candidate, readable by the runner and the service only.
place_reloaded_secrets() {
  say "$secrets" | while read -r secret version place; do
    [ "$place" = file ] || continue
    file=$candidate/secrets/${secret#podwatch-}
    { mkdir -p "$candidate/secrets" && (umask 337 && cat "$(value_of "$secret" "$version")" >"$file"); } ||
      fail "cannot write to $home; is the disk full?"
    give_to_service "$file" || fail "the secret ${secret#podwatch-} cannot be handed to $service"
  done
}

# A rootless service that runs as the login user reads it as its owner; any other by its group.
give_to_service() {
  user=$(header "$candidate" user)
  if [ -z "$ROOTLESS" ]; then
    chgrp "${user#*:}" "$1"
  elif ! grep -qs '^UserNS=keep-id' "$candidate/unit/$unit"; then
    podman unshare chgrp "${user#*:}" "$1"
  fi
}

record_reloaded_secrets() {
  say "$secrets" | while read -r secret version place; do
    [ "$place" != file ] || say "$version file" >"$STATE/secrets/$secret/used"
  done
}

# Adds the engine's IDs to the secrets.
secrets_in_engine() {
  say "$1" | while read -r secret version place; do
    [ -z "$secret" ] || say "$secret $version ${place:-$(of_engine secret_id "$secret")}"
  done
}

use_secrets() {
  say "$1" | while read -r secret version place; do
    [ -z "$secret" ] || [ -n "$place" ] || use_secret "$secret" "$version" || exit 1
  done
}

# Those that need a restart.
have_secrets_changed() {
  [ "$(secrets_in_engine "$secrets" | sed '/ file$/d')" != "$(sed '/ file$/d' "$home/secrets" 2>/dev/null || :)" ]
}

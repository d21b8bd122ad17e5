# Secrets live in podman's own store. A salted digest beside it tells whether a value is new.

put_secret() {
  secret=podwatch-$1
  record=$STATE/secrets/$secret
  value=$(cat && printf .)
  value=${value%.}
  input_read=yes
  lock "$secret"
  umask 077
  mkdir -p "$STATE/secrets"
  if ! podman secret inspect "$secret" >/dev/null 2>&1; then
    rm -f "$record"
  elif [ ! -e "$record" ]; then
    fail "there is already a podman secret named $secret that is not managed by Podwatch; remove it first"
  fi
  if ! is_known_value; then
    podman secret rm "$secret" >/dev/null 2>&1 || :
    printf '%s' "$value" | podman secret create "$secret" - >/dev/null
    salt=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    say "$salt $(salted_digest "$salt")" >"$record"
  fi
  podman secret inspect --format '{{.ID}}' "$secret"
}

is_known_value() {
  [ -e "$record" ] && read -r salt digest <"$record" && [ "$digest" = "$(salted_digest "$salt")" ]
}

salted_digest() {
  printf '%s%s' "$1" "$value" | sha256sum | cut -d ' ' -f 1
}

remove_secret() {
  secret=podwatch-$1
  cat >/dev/null
  input_read=yes
  lock "$secret"
  if [ -e "$STATE/secrets/$secret" ]; then
    podman secret rm "$secret" >/dev/null 2>&1 || :
    rm -f "$STATE/secrets/$secret"
  fi
  rm -f "$STATE/locks/$secret"
  say removed
}

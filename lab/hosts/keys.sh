#!/bin/bash
# Keys and passwords, made here once, for this lab only.

make_login_key() {
  mkdir -p "$KEYS"
  chmod 700 "$KEYS"
  [ -s "$LOGIN_KEY" ] || ssh-keygen -q -t ed25519 -N '' -C podwatch-lab -f "$LOGIN_KEY"
  [ -s "$GUARDED_PASSWORD" ] || (umask 077 && openssl rand -hex 12 >"$GUARDED_PASSWORD")
}

host_key() { echo "$KEYS/host-$1"; }

make_host_key() {
  [ -s "$(host_key "$1")" ] || ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$(host_key "$1")"
}

# Prints "ssh-ed25519 AAAA...", what a stack file pins.
public_host_key() { cut -d ' ' -f 1,2 "$(host_key "$1").pub"; }

# pin_host_key NAME ADDRESS...: one line an address; one that a new host takes over loses its old line.
pin_host_key() {
  local name=$1 address
  shift
  touch "$KNOWN_HOSTS"
  for address in "$@"; do
    { grep -v "^$address " "$KNOWN_HOSTS" || true; } >"$KNOWN_HOSTS.new"
    printf '%s %s\n' "$address" "$(public_host_key "$name")" >>"$KNOWN_HOSTS.new"
    mv "$KNOWN_HOSTS.new" "$KNOWN_HOSTS"
  done
}

# lab_ssh USER ADDRESS [ARGUMENT...]: takes nothing from the caller's own SSH set-up.
lab_ssh() {
  local user=$1 address=$2
  shift 2
  ssh -F /dev/null -i "$LOGIN_KEY" -o IdentitiesOnly=yes -o IdentityAgent=none \
    -o UserKnownHostsFile="$KNOWN_HOSTS" -o GlobalKnownHostsFile=/dev/null \
    -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o PasswordAuthentication=no \
    -o ConnectTimeout=10 "$user@$address" "$@"
}

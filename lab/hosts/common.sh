#!/bin/bash
# Shared by the lab's commands: where things are, how to speak, one writer at a time.
# shellcheck disable=SC2034
set -eu
umask 022

HOSTS_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_SOURCE=$(dirname "$HOSTS_SOURCE")
CHECKOUT=$(dirname "$LAB_SOURCE")

# What this checkout's lab holds while it runs; removed host by host with `lab down`.
STATE=$CHECKOUT/.lab
HOSTS_STATE=$STATE/hosts
# Survives `lab down`, so that a stack file's pinned host key stays right for a host of the same name.
KEYS=$STATE/ssh
LOGIN_KEY=$KEYS/id_ed25519
KNOWN_HOSTS=$STATE/known_hosts
GUARDED_PASSWORD=$STATE/guarded.password

# Big things, shared between checkouts.
CACHE=${PODWATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/podwatch}

say() { printf 'lab: %s\n' "$*" >&2; }
die() {
  printf 'lab: error: %s\n' "$*" >&2
  exit 1
}
die_usage() {
  printf 'lab: %s; see lab/lab --help\n' "$*" >&2
  exit 2
}

# A name becomes a directory, a host name and (with a prefix) an interface.
check_name() {
  [[ $1 =~ ^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$ ]] ||
    die_usage "\"$1\" is no host name: use up to 32 of a-z, 0-9 and -, starting with a letter"
}

require_root() {
  [ "$(id -u)" -eq 0 ] || die "must run as root (you are $(id -un)): the lab boots hosts with systemd-nspawn; try sudo lab/lab"
}

# Commands that change hosts take turns. The lock is inherited by children, so long-lived ones must close fd 9.
take_turn() {
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  if ! flock -n 9; then
    say "waiting for another lab command of this checkout to finish"
    flock -w 900 9 || die "another lab command has held $STATE/lock for 15 minutes; end it and try again"
  fi
}

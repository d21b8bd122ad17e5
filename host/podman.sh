# Shared by the kinds that podman runs. No child process may inherit the lock (descriptor 9).

podman() {
  command podman "$@" 9>&-
}

# Whether a volume was created for the service.
is_volume_of_ours() {
  [ "$(podman volume inspect --format '{{index .Labels "io.podwatch.service"}}' "$1" 2>/dev/null)" = "$service" ]
}

ensure_image() {
  if podman image exists "$1"; then
    return
  fi
  note_image "$1"
  if ! fetch 900 podman pull --quiet "$1"; then
    fail "the image $1 cannot be pulled: $(say "$report" | tail -n 1)"
  fi
}

# Runs a command that pulls or builds an image, with a time-out in seconds; its output is in `report`. Temporary files that
# podman leaves when it is killed are where the service's next run finds them.
fetch() {
  mkdir -p "$home/pull" || fail "cannot write to $home; is the disk full?"
  if report=$(TMPDIR=$home/pull timeout -k 10 "$@" 2>&1 </dev/null 9>&-); then set -- 0; else set -- $?; fi
  rm -rf "$home/pull"
  return "$1"
}

# Recorded before the image exists, so that it is known to be ours even if this run is killed.
note_image() {
  mkdir -p "$STATE/images"
  say "$1" >"$(record_of_image "$1")" || fail "cannot write to $STATE; is the disk full?"
}

# Removes an image that the runner pulled or built, unless a service, or an image of a service, still uses it.
drop_image() {
  if [ ! -e "$(record_of_image "$1")" ] || some_service_says -xF -e "image $1" -e "base-image $1"; then
    return
  fi
  podman image rm "$1" >/dev/null 2>&1 || :
  rm -f "$(record_of_image "$1")"
}

record_of_image() {
  say "$STATE/images/$(say "$1" | sha256sum | cut -c 1-16)"
}

# Images that interrupted runs have pulled or replaced.
drop_unused_images() {
  for record in "$STATE"/images/*; do
    [ ! -e "$record" ] || drop_image "$(cat "$record")"
  done
}

# Called where podman is first used: a host without containers does not need it.
check_podman() {
  require_podman
  check_podman_version "$(podman version --format '{{.Client.Version}}')"
  check_what_podman_needs
}

require_podman() {
  is_on_host podman || refuse_without_podman
}

check_podman_version() {
  case $1 in
    [0-3].* | 4.[0-3] | 4.[0-3].* | 4.[0-3]-*)
      fail "podman $1 is too old: Quadlet units need podman 4.4 or newer" ;;
  esac
}

check_what_podman_needs() {
  [ -e /sys/fs/cgroup/cgroup.controllers ] ||
    fail "this host uses cgroup v1: boot it with systemd.unified_cgroup_hierarchy=1"
  [ -z "$ROOTLESS" ] || grep -qs "^$(id -un):" /etc/subuid ||
    fail "$(id -un) has no range in /etc/subuid: rootless containers need one (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un))"
}

# A podman in the user's home is on the PATH of the login shell, but not of systemd, which starts the services.
refuse_without_podman() {
  elsewhere=$(unset -f podman && PATH=$CALLERS_PATH && { command -v podman || :; })
  [ -z "$elsewhere" ] ||
    fail "podman is at $elsewhere, where systemd does not look: install podman 4.4 or newer for the whole host, or link it into /usr/local/bin"
  fail "podman is not installed on this host: install podman 4.4 or newer"
}

# podman's error and the container's output.
podman_log() {
  journal_since "$2" ${ROOTLESS:+--user} --unit "$1.service" | grep '^Error: ' | tail -n 3 || :
  journal_since "$2" CONTAINER_NAME="$1" | without_usage | tail -n 12 || :
}

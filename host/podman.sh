# The driver of podman, whose containers are Quadlet units (quadlet.sh). No child process may inherit the lock (descriptor 9).

podman() {
  command podman "$@" 9>&-
}

# Called where podman is first used: a host without containers does not need it.
podman_check() {
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

podman_unit() {
  say "podwatch-$service.container"
}

podman_network_unit() {
  say podwatch.network
}

# A call of podman costs as much as ten small commands, so queries are combined.
podman_fit() {
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

# `podman_is_container_unit podwatch-<service>`: whether the service runs in a container of ours.
podman_is_container_unit() {
  is_unit_of_ours "$1.container"
}

podman_has_container() {
  podman container exists "$1"
}

podman_has_image() {
  podman image exists "$1"
}

podman_has_network() {
  podman network exists "$1"
}

# The interface of the network that is there.
podman_bridge() {
  podman network inspect --format '{{.NetworkInterface}}' podwatch 2>/dev/null || :
}

podman_has_volume() {
  podman volume exists "$1"
}

podman_remove_container() {
  podman rm --force --ignore "$1" >/dev/null
}

podman_create_volume() {
  podman volume create --ignore --label io.podwatch.service="$service" "$1" >/dev/null
}

# podman makes the directory of a new volume root's, also one that is there with data on a disk that another machine had before.
podman_ensure_volume() {
  left=/var/lib/containers/storage/volumes/$container/_data
  owner_of_left=$(stat -c %u:%g "$left" 2>/dev/null || :)
  podman_create_volume "$container" || return 1
  [ -z "$owner_of_left" ] || [ "$owner_of_left" = "$(stat -c %u:%g "$left")" ] || chown "$owner_of_left" "$left"
}

# `podman_export <volume> <file for the number of the process>`, to standard output.
podman_export() {
  # shellcheck disable=SC2016 # the variables are those of the script
  sh -c 'echo "$$" >"$1" && exec podman volume export "$2"' sh "$2" "$1" 9>&-
}

# `podman_import <volume>`, from standard input.
podman_import() {
  podman volume import "$1" - >/dev/null
}

# `podman_build <reference> <directory with Containerfile and context> [<option>...]`. No layers are cached for later builds: SD
# cards are small.
podman_build() {
  reference=$1
  source=$2
  shift 2
  fetch "$BUILD_SECONDS" podman build --layers=false --force-rm --tag "$reference" "$@" \
    --file "$source/Containerfile" "$source/context"
}

# What else `run` has to be told.
podman_run_options() {
  :
}

# Without an event in the journal for each of many calls.
podman_quietly() {
  say --events-backend=none
}

# `podman_named_anew <name>`: options of `run` for a container in the place of one that an interrupted run left.
podman_named_anew() {
  say "--replace --name=$1"
}

# `podman_secret_option <secret> <file>`: an option of `run` that shows it as a file below /run/secrets.
podman_secret_option() {
  say "--secret=$1,type=mount,target=$2,mode=0400"
}

# With the secrets that are files, a check needs the service's own mapping of users to read them.
podman_users_of_check() {
  [ ! -e "$candidate/secrets" ] || sed -n 's/^UserNS=/--userns=/p' "$candidate/unit/$unit"
}

# `<image's ID> <the unit that started it> <image's name>` of a container.
podman_origin() {
  podman container inspect --format '{{.Image}} {{index .Config.Labels "PODMAN_SYSTEMD_UNIT"}} {{.ImageName}}' "$1" 2>/dev/null
}

podman_image_name() {
  podman container inspect --format '{{.ImageName}}' "$1" 2>/dev/null || :
}

# systemd enables a Quadlet unit by its section [Install].
podman_enable() {
  :
}

podman_disable() {
  :
}

# podman starts the DNS server of its networks with a container; where several start at once, one of them may find it neither there nor
# to be started.
podman_failed_by_chance() {
  journal_since "$since" ${ROOTLESS:+--user} --unit "$(unit_service)" |
    grep -qF 'netavark: aardvark-dns failed to start: Error from child process'
}

podman_mend() {
  :
}

podman_drift() {
  :
}

podman_has_secret_of_others() {
  podman secret inspect "$1" >/dev/null 2>&1 && ! is_secret_of_ours "$1"
}

# If $STATE was lost, our units still show which secrets are ours.
is_secret_of_ours() {
  for file in "$UNITS"/podwatch-*.container; do
    if grep -qsF "$OWNER_MARK" "$file" && grep -qF "Secret=$1," "$file"; then
      return 0
    fi
  done
  return 1
}

podman_secret_id() {
  podman secret inspect --format '{{.ID}}' "$1" 2>/dev/null || :
}

# `podman_create_secret <name> <version> <file>`: replaces one that is there; prints the ID.
podman_create_secret() {
  [ -z "$(podman_secret_id "$1")" ] || podman secret rm "$1" >/dev/null 2>&1 || :
  podman secret create "$1" "$3"
}

# `podman_remove_secret <name> <ID that was recorded>`: one with another ID was created by somebody else.
podman_remove_secret() {
  if [ -z "$2" ] || [ "$2" = "$(podman_secret_id "$1")" ]; then
    podman secret rm "$1" >/dev/null 2>&1 || :
  fi
}

# podman's error and the container's output.
podman_log() {
  journal_since "$2" ${ROOTLESS:+--user} --unit "$1.service" | grep '^Error: ' | tail -n 3 || :
  journal_since "$2" CONTAINER_NAME="$1" | without_usage | tail -n 12 || :
}

# What was just installed is there at once.
podman_begin() {
  :
}

# Units of others, or another user's podman.
podman_is_wanted_by_others() {
  [ -n "$(find "$UNITS" -type f 2>/dev/null)" ] ||
    getent passwd | cut -d : -f 6 | while read -r account; do
      ls -d "$account/.local/share/containers/storage" 2>/dev/null || :
    done | grep -q . ||
    systemctl --quiet is-enabled podman.socket 2>/dev/null
}

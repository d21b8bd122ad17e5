# The driver of Docker, whose containers are run by units of systemd's own. systemd attends to each container by its process, so it
# outlives a restart of a daemon that is set to live-restore. No child process may inherit the lock (descriptor 9).

# Where the secrets of running containers are, on a file system in memory; below it, only root may enter.
readonly DOCKER_SECRETS=/run/podwatch

docker() {
  command docker "$@" 9>&-
}

docker_unit() {
  say "podwatch-$service.service"
}

docker_network_unit() {
  say podwatch-network.service
}

docker_is_container_unit() {
  is_docker_unit "$1.service"
}

# Native services have units of the same name.
is_docker_unit() {
  is_unit_of_ours "$1" && grep -qs '^ExecStartPre=docker run ' "$(unit_path "$1")"
}

docker_check() {
  require_docker
  told=$(docker info --format '{{.ServerVersion}}|{{.SecurityOptions}}|{{.DockerRootDir}}' 2>&1) || told="$told
|"
  facts=$(say "$told" | grep '|' | tail -n 1)
  # Without a daemon, some versions end well and leave it empty.
  if [ -z "${facts%%|*}" ]; then
    refuse_rootless_docker
    fail "Docker does not work on this host: $(say "$told" | grep -v '|' | tail -n 1)"
  fi
  check_docker_version "${facts%%|*}"
  refuse_docker_set_up "$facts"
}

docker_fit() {
  ! is_installed_first docker || return 0
  docker_check
  has_services || check_room_for_images "${facts##*|}"
  containers=$(docker ps --all --format '{{.Names}}') || fail "Docker does not work on this host: it cannot list containers"
}

require_docker() {
  is_on_host docker || fail "Docker is not installed on this host: install it, version 20.10 or newer"
  case $(docker --version 2>&1) in
    podman*) fail "docker on this host is podman (the package podman-docker): choose the engine podman, or install Docker" ;;
  esac
  [ -n "$(systemctl show --property FragmentPath --value docker.service)" ] ||
    fail "Docker's daemon is no service docker.service of this host's, as where it comes from a snap: install Docker's or the distribution's packages"
}

check_docker_version() {
  case $1 in
    1.* | 1[0-9].* | 20.0[0-9].*) fail "Docker $1 is too old: 20.10 or newer is needed" ;;
  esac
}

# `refuse_docker_set_up <version>|<security options>|<directory>`: ways to set up the daemon in which a promise would not hold.
refuse_docker_set_up() {
  case $1 in
    *name=userns*)
      fail "Docker on this host maps users (userns-remap), so that files of the host would belong to others in containers: remove userns-remap from /etc/docker/daemon.json, or choose the engine podman" ;;
  esac
  is_docker_told '"iptables"[[:space:]]*:[[:space:]]*false' --iptables=false ||
    { command -v iptables >/dev/null && ! iptables -w 5 -t nat -S DOCKER >/dev/null 2>&1; } || return 0
  fail "Docker on this host makes no firewall rules (iptables: false), so that containers would reach nothing outside of it: remove that from /etc/docker/daemon.json, or choose the engine podman"
}

# Daemons of users, where there is none of the host's.
refuse_rootless_docker() {
  theirs=$(ls -d /run/user/*/docker.sock 2>/dev/null || :)
  [ -z "$theirs" ] ||
    fail "Docker's only daemon on this host is a user's ($theirs): choose the engine podman with become: false, or start the host's (systemctl enable --now docker)"
}

# `is_docker_told <pattern> <argument>`: whether the daemon is so configured, by its file or by its arguments. Rules that it made before stay
# until a reboot, so they alone do not tell.
is_docker_told() {
  grep -Eqs "$1" /etc/docker/daemon.json ||
    { tr '\0' '\n' <"/proc/$(systemctl show --property MainPID --value docker.service)/cmdline"; } 2>/dev/null | grep -qxF -e "$2"
}

docker_check_unit() {
  runs_by_same_unit && return
  docker_check
  verify_units
  make_host_directories
  provide_image
}

docker_has_container() {
  docker container inspect "$1" >/dev/null 2>&1
}

docker_has_image() {
  docker image inspect "$1" >/dev/null 2>&1
}

docker_has_network() {
  docker network inspect "$1" >/dev/null 2>&1
}

# The interface of the network that is there.
docker_bridge() {
  docker network inspect --format '{{index .Options "com.docker.network.bridge.name"}}' podwatch 2>/dev/null || :
}

docker_has_volume() {
  docker volume inspect "$1" >/dev/null 2>&1
}

docker_remove_container() {
  docker rm --force "$1" >/dev/null 2>&1 || ! docker_has_container "$1"
}

docker_create_volume() {
  docker volume create --label io.podwatch.service="$service" "$1" >/dev/null
}

# A new one is root's.
docker_ensure_volume() {
  docker_create_volume "$container" && live=$(mountpoint_of "$container") || return 1
  [ -n "$(ls -A "$live")" ] || chown "$(header "$release" user)" "$live"
}

# `docker_export <volume> <file for the number of the process>`, to standard output.
docker_export() {
  # shellcheck disable=SC2016 # the variables are those of the script
  sh -c 'echo "$$" >"$1" && exec tar -C "$2" --numeric-owner -c .' sh "$2" "$(mountpoint_of "$1")" 9>&-
}

# `docker_import <volume>`, from standard input.
docker_import() {
  tar -C "$(mountpoint_of "$1")" --numeric-owner -x
}

# `docker_build <reference> <directory with Containerfile and context> [<option>...]`
docker_build() {
  reference=$1
  source=$2
  shift 2
  fetch "$BUILD_SECONDS" docker build --no-cache --force-rm --tag "$reference" "$@" \
    --file "$source/Containerfile" "$source/context"
}

# What podman does by itself: a read-only container has room for temporary files, and an image that is missing is not pulled.
docker_run_options() {
  say --pull=never --tmpfs=/tmp --tmpfs=/run --tmpfs=/var/tmp
}

docker_quietly() {
  :
}

docker_named_anew() {
  docker_remove_container "$1"
  say "--name=$1"
}

# Its owner is root, as which these containers run.
docker_secret_option() {
  read -r version _ <"$STATE/secrets/$1/used" && say "--volume=$STATE/secrets/$1/$version:/run/secrets/$2:ro"
}

docker_users_of_check() {
  :
}

docker_origin() {
  docker container inspect --format '{{.Image}} {{index .Config.Labels "io.podwatch.unit"}} {{.Config.Image}}' "$1" 2>/dev/null
}

docker_image_name() {
  docker container inspect --format '{{.Config.Image}}' "$1" 2>/dev/null || :
}

docker_enable() {
  systemctl --quiet enable "$unit" 2>&1
}

docker_disable() {
  systemctl --quiet disable "$unit" 2>/dev/null || :
}

docker_failed_by_chance() {
  false
}

# Only a start would enable it again.
docker_mend() {
  [ ! -e "$(unit_path "$unit")" ] || docker_enable >/dev/null || :
}

docker_drift() {
  [ ! -e "$(unit_path "$unit")" ] || [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = enabled ] || say "unit disabled $unit"
}

# Docker makes its rules itself.
docker_is_let_through() {
  :
}

# Docker keeps no secrets. Its containers get those that the runner keeps, as files in memory; their ID is the version, as long as
# the container has what is kept.
docker_has_secret_of_others() {
  false
}

docker_secret_id() {
  { read -r version id <"$STATE/secrets/$1/used"; } 2>/dev/null || return 0
  [ "$id" = "docker-$version" ] && [ -f "$STATE/secrets/$1/$version" ] || return 0
  placed=$DOCKER_SECRETS/${service:-}/secrets/${1#podwatch-}
  if [ ! -e "$placed" ] || cmp -s "$STATE/secrets/$1/$version" "$placed"; then say "$id"; else say changed; fi
}

docker_create_secret() {
  say "docker-$2"
}

docker_remove_secret() {
  :
}

# `place-secrets <service>`, called by systemd before each start, also at boot: the values that the service is to start with.
place_secrets() {
  service=$1
  home=$STATE/services/$service
  place=$DOCKER_SECRETS/$service/secrets
  rm -rf "$place"
  mkdir -p "$place" || fail "cannot write to $place"
  for secret in $(header "$home/current" secret); do
    {
      read -r version _ <"$STATE/secrets/$secret/used" &&
        (umask 277 && cat "$STATE/secrets/$secret/$version" >"$place/${secret#podwatch-}")
    } || fail "this host has lost the secret $secret: run pulumi up --replace with the URN of its resource"
  done
  chmod 500 "$place"
  chown -R "$(header "$home/current" user)" "$place"
}

# `attend <service>`, called by systemd: lasts as long as the container does.
attend_container() {
  pid=$(docker container inspect --format '{{.State.Pid}}' "podwatch-$1" || say 0)
  [ "$pid" != 0 ] || fail "podwatch-$1 has ended"
  exec tail --pid="$pid" -f /dev/null
}

# Docker's error and the container's output. A container that is removed in case it is there may be none.
docker_log() {
  journal_since "$2" --unit "$1.service" | grep -e '^docker: ' -e '^Error response from daemon: ' | grep -v 'No such container: ' | tail -n 3 || :
  journal_since "$2" CONTAINER_NAME="$1" | without_usage | tail -n 12 || :
}

# Not every distribution starts the daemon that it installs.
docker_begin() {
  systemctl --quiet enable --now docker.service
}

docker_is_wanted_by_others() {
  false
}

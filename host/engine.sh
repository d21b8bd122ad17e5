# What runs containers. What differs between engines is in one file each, a driver: podman.sh and docker.sh define the same functions,
# <engine>_<what>, which are called by `of_engine <what>`. Where engines take the same command, it is `"$engine" <command>`.

# A bundle names its engine in the header `engine`; without one, it is podman.
engine=podman

readonly ENGINES='podman docker'

engine_of() {
  named=$(sed -n 's/^engine //p' "$1/headers" 2>/dev/null || :)
  say "${named:-podman}"
}

# `of_engine <what> [<argument>...]`
of_engine() {
  does=$1
  shift
  "${engine}_$does" "$@"
}

# `use_engine <name>`: from here on `engine` is set; called before `use_kind`.
use_engine() {
  case " $ENGINES " in
    *" $1 "*) engine=$1 ;;
    *) fail "the runner on this host does not know the engine $1 of $service: run pulumi up without --target" ;;
  esac
}

# The engine of an installed service, by its releases; without any, by its unit.
installed_engine() {
  for found in "$home/current" "$home"/releases/*; do
    if [ -e "$found/headers" ]; then
      engine_of "$found"
      return
    fi
  done
  if is_docker_unit "podwatch-$service.service"; then say docker; else say podman; fi
}

# Whether a volume was created for the service.
is_volume_of_ours() {
  [ "$("$engine" volume inspect --format '{{index .Labels "io.podwatch.service"}}' "$1" 2>/dev/null)" = "$service" ]
}

mountpoint_of() {
  "$engine" volume inspect --format '{{.Mountpoint}}' "$1"
}

# Services that run in another engine on this host, or have left their data there, where this one would not see them; the services as for
# `fit`. Another user's podman is another deployment.
refuse_change_of_engine() {
  [ -z "$ROOTLESS" ] || return 0
  running=
  new=
  for word in "$@"; do
    use_service "$word"
    [ "$kind" = container ] || continue
    installed=$STATE/services/$service/current
    if [ ! -e "$installed/headers" ]; then
      new="$new $service"
    elif [ "$(engine_of "$installed")" != "$engine" ]; then
      running="$running $service"
    fi
  done
  for other in $ENGINES; do
    [ "$other" = "$engine" ] && continue
    [ -z "$running" ] ||
      fail "this host runs in $other:$running, and is to in $engine; nothing was changed: run pulumi destroy with the settings of before, then pulumi up; data volumes that stay are told of then"
    [ -z "$new" ] || refuse_data_in "$other"
  done
}

# `refuse_data_in <engine>`: data of $new.
refuse_data_in() {
  is_on_host "$1" || return 0
  # The package podman-docker is podman.
  case $(docker --version 2>&1) in podman*) return 0 ;; esac
  left=$(timeout -k 5 20 "$1" volume ls --filter label=io.podwatch.service --format '{{.Name}}' 2>/dev/null || :)
  names=
  for service in $new; do
    ! say "$left" | grep -qxF "podwatch-$service" || of_engine has_volume "podwatch-$service" || names="$names podwatch-$service"
  done
  [ -z "$names" ] ||
    fail "data of this host are in volumes of $1, which $engine would not see:$names; nothing was changed: move them as docs/engines.md says, or delete them by $1 volume rm$names"
}

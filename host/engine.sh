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

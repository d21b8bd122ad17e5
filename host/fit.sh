# Whether a host can do what it takes: asked before the runner comes to it, and before anything is taken from the host that
# it is to replace. Nothing is changed.

# What podman's storage has to have left for images, and the state directory for bundles and secrets, in MiB.
readonly ROOM_FOR_IMAGES=1024
readonly ROOM_FOR_STATE=50

# `fit with-podman|without-podman [<service>[=<address>:<port>] ...]`: the services that are to come, and where they listen.
show_fit() {
  cat >/dev/null
  input_read=yes
  check_fit "$1"
  shift
  if ! has_services; then
    check_room
  fi
  refuse_strangers "$@"
  say fit
}

# `check_fit [without-podman]`: a host without containers needs no podman.
check_fit() {
  [ -d /run/systemd/system ] || fail "systemd does not run on this host: Podwatch needs it to keep services up"
  for tool in awk cmp diff flock sed sha256sum timeout; do
    command -v "$tool" >/dev/null || fail "the command $tool is not installed on this host"
  done
  podman_version=
  [ "$1" = without-podman ] || check_podman
}

check_podman() {
  (unset -f podman && command -v podman >/dev/null) || refuse_without_podman
  podman_version=$(podman version --format '{{.Client.Version}}')
  case $podman_version in
    [0-3].* | 4.[0-3] | 4.[0-3].* | 4.[0-3]-*)
      fail "podman $podman_version is too old: Quadlet units need podman 4.4 or newer" ;;
  esac
  [ -e /sys/fs/cgroup/cgroup.controllers ] ||
    fail "this host uses cgroup v1: boot it with systemd.unified_cgroup_hierarchy=1"
  [ -z "$ROOTLESS" ] || grep -qs "^$(id -un):" /etc/subuid ||
    fail "$(id -un) has no range in /etc/subuid: rootless containers need one (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un))"
}

# What stands in somebody's home is found by his login shell, but not by systemd, which starts the services.
refuse_without_podman() {
  elsewhere=$(unset -f podman && PATH=$CALLERS_PATH && { command -v podman || :; })
  [ -z "$elsewhere" ] ||
    fail "podman is at $elsewhere, where systemd does not look: install podman 4.4 or newer for the whole host, or link it into /usr/local/bin"
  fail "podman is not installed on this host: install podman 4.4 or newer"
}

has_services() {
  ls "$STATE"/services/*/current/headers >/dev/null 2>&1
}

# Where services run already, what they need is there, however little is left.
check_room() {
  for directory in "$STATE" "$UNITS"; do
    directory=$(existing "$directory")
    [ -w "$directory" ] || fail "cannot write to $directory; is its file system mounted read-only?"
  done
  refuse_full "$STATE" "$ROOM_FOR_STATE" "delete what is not needed there"
  if [ -n "$podman_version" ]; then
    storage=$(podman info --format '{{.Store.GraphRoot}}' 2>&1) ||
      fail "podman does not work on this host: $(say "$storage" | tail -n 1)"
    refuse_full "$storage" "$ROOM_FOR_IMAGES" "podman image prune --all deletes images that no container uses"
  fi
}

# `refuse_full <directory> <MiB> <way out>`
refuse_full() {
  free=$(df -P -k "$(existing "$1")" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free" -ge "$2" ] ||
    fail "too little room on this host: $1 has $free MiB left and needs $2; make room ($3) or give it a larger disk"
}

# The directory, or the nearest above it that is there.
existing() {
  directory=$1
  until [ -d "$directory" ]; do
    directory=${directory%/*}
    [ -n "$directory" ] || directory=/
  done
  say "$directory"
}

# All of what `apply` would refuse because others have made it, as far as names tell.
refuse_strangers() {
  strangers=
  for word in "$@"; do
    service=${word%%=*}
    unit=$(wanted_unit "$service")
    container=podwatch-$service
    stranger=$(stranger_of_our_names)
    [ -n "$stranger" ] || stranger=$(stranger_at_our_port "${word#"$service"}")
    strangers="$strangers${stranger:+
  $stranger}"
  done
  [ -z "$strangers" ] || fail "this host has what is not managed by Podwatch, in its place:$strangers"
}

# `stranger_at_our_port [=<address>:<port>]`. Where Podwatch runs already, be it another user's that goes when this one comes,
# the port may be its own.
stranger_at_our_port() {
  place=${1#=}
  if [ -z "$place" ] || runs_podwatch || ! is_port_taken "${place%:*}" "${place##*:}"; then
    return 0
  fi
  case $service in
    nginx) setting=front.port ;;
    *) setting=nodeExporter.port ;;
  esac
  say "another program listens on port ${place##*:} already (ss -ltnp tells which); stop it, or set podwatch:$setting to a port that is free"
}

runs_podwatch() {
  has_services || cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -q -e '^podwatch-' -e '/podwatch/[p]rograms/'
}

sockets() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# Whether a program listens on a port, at an address or at all of them. The kernel writes addresses as numbers, the bytes of
# an IPv4 address in the order of the processor: here the usual one.
is_port_taken() {
  case $1 in
    *:*) wanted=$1 ;;
    *) wanted=$(say "$1" | awk -F . '{ printf "%02X%02X%02X%02X", $4, $3, $2, $1 }') ;;
  esac
  sockets | awk -v wanted="$wanted" -v port="$(printf %04X "$2")" '
    $4 == "0A" {
      split($2, local, ":")
      sub(/^0000000000000000FFFF0000/, "", local[1])
      here = local[1] ~ /^0+$/ || local[1] "" == wanted "" || wanted == "::" || wanted == "00000000" && length(local[1]) == 8
      if (local[2] "" == port "" && here) taken = 1
    }
    END { exit !taken }'
}

wanted_unit() {
  case $1 in
    network) say podwatch.network ;;
    node-exporter) say podwatch-node-exporter.service ;;
    *) say "podwatch-$1.container" ;;
  esac
}

# What others have made under the names of a service's unit and container, if anything, and what to do about it.
stranger_of_our_names() {
  for name in $(unit_names); do
    if [ -e "$(unit_path "$name")" ] && ! is_unit_of_ours "$name"; then
      say "$(unit_path "$name") is not managed by Podwatch; move it away first"
      return
    fi
  done
  if is_native || [ -e "$UNITS/$unit" ]; then
    return
  fi
  case $unit in
    *.network) kind=network object=podwatch ;;
    *) kind=container object=$container ;;
  esac
  if podman "$kind" exists "$object"; then
    say "there is already a $kind named $object that is not managed by Podwatch; rename or remove it first"
  fi
}

# Checks the host's requirements, before the runner is installed and before anything is removed from the host that it
# replaces. Changes nothing.

# Required free space in MiB: in podman's storage for images, in the state directory for bundles and secrets.
readonly ROOM_FOR_IMAGES=1024
readonly ROOM_FOR_STATE=50

# `fit [<kind>/<service>[=<address>:<port>=<setting>[,...]][@<directory>[,...]] ...]`: the services to be deployed, where they listen, and the
# settings that determine it, and where disks are mounted.
show_fit() {
  cat >/dev/null
  input_read=yes
  check_systemd
  has_services || check_room
  planned="$*"
  for kind in $(for word in "$@"; do say "${word%%/*}"; done | sort -u); do
    of_kind fit
  done
  refuse_change_of_engine "$@"
  refuse_strangers "$@"
  each_kind foresee
  say fit
}

# Not by a function of the runner of the same name.
is_on_host() {
  (unset -f "$1" && command -v "$1" >/dev/null)
}

# Whether a program that is missing is among what is deployed, before what needs it.
is_installed_first() {
  ! is_on_host "$1" && case " $planned " in *" packages/"*) ;; *) false ;; esac
}

# Sets the variables that the steps of a kind use.
use_service() {
  service=${1%%[=@]*}
  service=${service#*/}
  container=podwatch-$service
  use_kind "${1%%/*}"
}

check_systemd() {
  [ -d /run/systemd/system ] || fail "systemd does not run on this host: Podwatch needs it to keep services up"
  for tool in awk cmp diff flock sed sha256sum timeout; do
    command -v "$tool" >/dev/null || fail "the command $tool is not installed on this host"
  done
}

has_services() {
  ls "$STATE"/services/*/current/headers >/dev/null 2>&1
}

# A host that already runs the services has what they need, however little space is left.
check_room() {
  refuse_read_only "$STATE"
  refuse_read_only "$NATIVE_UNITS"
  refuse_full "$STATE" "$ROOM_FOR_STATE" "delete what is not needed there"
}

# `check_room_for_images <where podman keeps them>`
check_room_for_images() {
  refuse_read_only "$UNITS"
  refuse_full "$1" "$ROOM_FOR_IMAGES" "podman image prune --all deletes images that no container uses"
}

refuse_read_only() {
  nearest=$(existing "$1")
  [ -w "$nearest" ] || fail "cannot write to $nearest; is its file system mounted read-only?"
}

# `refuse_full <directory> <MiB> <way out>`
refuse_full() {
  free=$(df -P -k "$(existing "$1")" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free" -ge "$2" ] ||
    fail "too little room on this host: $1 has $free MiB left and needs $2; make room ($3) or give it a larger disk"
}

# The directory, or its nearest existing parent.
existing() {
  directory=$1
  until [ -d "$directory" ]; do
    directory=${directory%/*}
    [ -n "$directory" ] || directory=/
  done
  say "$directory"
}

# Everything that `apply` would refuse because others created it, as far as names show.
refuse_strangers() {
  strangers=
  for word in "$@"; do
    use_service "$word"
    stranger=$(stranger_of_our_names)
    case $word in
      *=*) [ -n "$stranger" ] || stranger=$(strangers_at_our_ports "${word#*=}") ;;
    esac
    strangers="$strangers${stranger:+
  $stranger}"
  done
  [ -z "$strangers" ] || fail "this host has what is not managed by Podwatch, in its place:$strangers"
}

strangers_at_our_ports() {
  say "$1" | tr , '\n' | while read -r place; do
    stranger_at_our_port "$place"
  done | sed '2,$s/^/  /'
}

# `stranger_at_our_port <address>:<port>=<setting>`. If Podwatch already runs here, even as another user whose deployment is
# being replaced, the port may be its own.
stranger_at_our_port() {
  place=${1%=*}
  if runs_podwatch || ! is_port_taken "${place%:*}" "${place##*:}"; then
    return 0
  fi
  say "another program listens on port ${place##*:} already (ss -ltnp tells which); stop it, or set ${1##*=} to a port that is free"
}

runs_podwatch() {
  has_services || cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -q -e '^podwatch-' -e '/podwatch/[p]rograms/'
}

sockets() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# Whether a program listens on a port, at an address or at the wildcard address. /proc/net shows addresses in hexadecimal, an
# IPv4 address in the byte order of the processor; little-endian is assumed.
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

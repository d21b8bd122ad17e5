#!/bin/bash
# The stand-in gateways: built once from source, put into each host, run there by systemd.

GATEWAY_SOURCE=$LAB_SOURCE/gateway

gateway_binary() {
  local hash
  hash=$(cd "$GATEWAY_SOURCE" && sha256sum go.mod ./*.go | sha256sum | cut -c 1-12)
  echo "$CACHE/gateway/lab-gateway-$hash"
}

# Go may stand beside PATH, where its own installer puts it.
find_go() {
  PATH=$PATH:/usr/local/go/bin
  command -v go >/dev/null || die "Go is missing: apt-get install golang-go, or install it from go.dev"
}

make_gateway() {
  local binary building
  binary=$(gateway_binary)
  [ ! -x "$binary" ] || return 0
  find_go
  say "building the stand-in gateway (once)"
  mkdir -p "$CACHE/gateway"
  building=$(mktemp "$CACHE/gateway/building.XXXXXX")
  (cd "$GATEWAY_SOURCE" && GOTOOLCHAIN=local "$LAB_SOURCE/gobuild" "$building" . 9>&-) || {
    rm -f "$building"
    die "the stand-in gateway did not build, see above"
  }
  chmod 755 "$building"
  mv "$building" "$binary"
}

install_gateway() {
  local upper=$1
  install -D -m 755 "$(gateway_binary)" "$upper/usr/local/bin/lab-gateway"
  install -D -m 644 "$GATEWAY_SOURCE/lab-gateway@.service" "$upper/etc/systemd/system/lab-gateway@.service"
}

check_gateway_name() {
  [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_-]*$ ]] || die_usage "\"$1\" is no gateway name: use A-Z, a-z, 0-9, _ and -"
}

start_gateways() {
  local name=$1 units
  shift
  mapfile -t units < <(printf 'lab-gateway@%s.service\n' "$@")
  "$HOSTS_SOURCE/exec" "$name" systemctl --quiet enable --now "${units[@]}"
  say "$name runs the stand-in gateways $*"
}

stop_gateways() {
  local name=$1 units
  shift
  mapfile -t units < <(printf 'lab-gateway@%s.service\n' "$@")
  "$HOSTS_SOURCE/exec" "$name" systemctl --quiet disable --now "${units[@]}"
  say "$name stopped the stand-in gateways $*"
}

list_gateways() {
  "$HOSTS_SOURCE/exec" "$1" systemctl list-units --plain --no-legend --all 'lab-gateway@*' |
    awk '{ sub(/^lab-gateway@/, "", $1); sub(/\.service$/, "", $1); print $1, $3 }'
}

# shellcheck shell=bash
# The lab's registry: Debian's docker-registry on one address, with its storage in the cache.

run_dir=$repository/.lab
manifest_types='application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json'

# registry_state ADDRESS: the path (without ending) of the files of the registry that this checkout runs there.
registry_state() { printf '%s/registry-%s\n' "$run_dir" "${1/:/-}"; }

# registry_owner ADDRESS: the storage of the lab registry that answers there, "another" if something else does;
# fails if nothing does. (Debian's package, for one, starts a registry of its own on port 5000 under systemd.)
registry_owner() {
  local headers
  headers=$(curl -sS --head --noproxy '*' --max-time 2 "http://$1/v2/" 2>/dev/null) || return 1
  tr -d '\r' <<<"$headers" | sed -n 's/^X-Podwatch-Lab: //ip' | grep . || echo another
}

# registry_pid ADDRESS: the registry's process, if it is still ours and not a later process of the same number.
registry_pid() {
  local state pid
  state=$(registry_state "$1")
  pid=$(cat "$state.pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -F " $state.yml " >/dev/null || return 1
  printf '%s\n' "$pid"
}

registry_start() {
  local address=$1 state try owner reason
  # First, so that nothing is ever sent to a machine elsewhere.
  ip -o -4 address show | grep -F " ${address%:*}/" >/dev/null ||
    die "no interface here has the address ${address%:*}: bring a lab host up first (lab/lab up), or give --address"
  if owner=$(registry_owner "$address"); then
    case $owner in
      "$cache/registry") return ;;
      another) die "another program already answers on $address: stop it, or give --address" ;;
      *) die "the lab registry on $address serves $owner, not $cache/registry: stop it there, or give --address" ;;
    esac
  fi
  state=$(registry_state "$address")
  mkdir -p "$run_dir" "$cache/registry"
  cat >"$state.yml" <<CONF
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $(jq -Rn --arg path "$cache/registry" '$path')}
http:
  addr: "$address"
  headers: {X-Podwatch-Lab: [$(jq -Rn --arg path "$cache/registry" '$path')], X-Content-Type-Options: [nosniff]}
CONF
  OTEL_TRACES_EXPORTER=none setsid docker-registry serve "$state.yml" </dev/null >"$state.log" 2>&1 9>&- &
  printf '%s\n' $! >"$state.pid"
  for try in $(seq 100); do
    registry_pid "$address" >/dev/null || [ "$try" -lt 3 ] || break
    if [ "$(registry_owner "$address")" = "$cache/registry" ]; then return; fi
    sleep 0.1
  done
  reason=$(tail -n 1 "$state.log")
  registry_stop "$address"
  die "the registry did not start on $address: $reason"
}

registry_stop() {
  local state pid
  state=$(registry_state "$1")
  if pid=$(registry_pid "$1"); then
    kill "$pid"
    for _ in $(seq 50); do
      [ -e "/proc/$pid" ] || break
      sleep 0.1
    done
  fi
  rm -f "$state.pid" "$state.yml" "$state.log"
}

# registry_digest ADDRESS REPOSITORY TAG: what the registry has under that tag; empty if nothing.
registry_digest() {
  curl -sS --noproxy '*' --max-time 10 --head -H "Accept: $manifest_types" "http://$1/v2/$2/manifests/$3" |
    tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

# registry_retag ADDRESS REPOSITORY DIGEST TAG: gives an image that is there the tag; fails if it is not there.
registry_retag() {
  local manifest type
  manifest=$(mktemp)
  type=$(curl -fsS --noproxy '*' --max-time 10 -H "Accept: $manifest_types" -o "$manifest" -w '%{content_type}' \
    "http://$1/v2/$2/manifests/$3" 2>/dev/null) &&
    curl -fsS --noproxy '*' --max-time 10 -o /dev/null -X PUT -H "Content-Type: $type" --data-binary "@$manifest" \
      "http://$1/v2/$2/manifests/$4" 2>/dev/null || {
    rm -f "$manifest"
    return 1
  }
  rm -f "$manifest"
}

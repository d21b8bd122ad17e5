# The root that all hosts share, read-only: built once by recipe, cached between checkouts.
# shellcheck shell=bash

SUITE=trixie
PACKAGES=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,polkitd,openssh-server,podman,crun,netavark,aardvark-dns,iproute2,iptables,nftables,passt,uidmap,sudo,procps,curl,ca-certificates,libcap2-bin

# The recipe: this file, and what is put into the guest.
recipe_hash() {
  (
    cd "$HOSTS_SOURCE"
    find image.sh guest -type f -print | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-12
  )
}

root_image() { echo "$CACHE/hosts/root-$(recipe_hash)"; }

# Prints nothing; afterwards $(root_image) is there, whole.
make_root_image() {
  local image
  image=$(root_image)
  [ -d "$image" ] || (
    mkdir -p "$CACHE/hosts"
    exec 8>"$CACHE/hosts/build.lock"
    flock -n 8 || say "another checkout is building the hosts' root image; waiting for it"
    flock 8
    [ -d "$image" ] || build_root_image "$image"
  ) || exit 1
}

# Under the lock. A directory appears under its final name only when it is complete.
build_root_image() {
  local image=$1 building="$CACHE/hosts/building" log="$CACHE/hosts/build.log" started=$SECONDS
  rm -rf --one-file-system "$building"
  say "building the hosts' root image from Debian $SUITE (once; about a minute)"
  mmdebstrap --mode=root --variant=minbase --include="$PACKAGES" \
    --customize-hook="'$HOSTS_SOURCE/guest/customise' \"\$1\"" \
    "$SUITE" "$building" >"$log" 2>&1 8>&- 9>&- &
  report_progress $! "$started"
  if ! wait $!; then
    tail -n 15 "$log" >&2
    rm -rf --one-file-system "$building"
    die "the root image could not be built; the log is $log"
  fi
  mv "$building" "$image"
  say "root image ready after $((SECONDS - started)) s"
}

report_progress() {
  local pid=$1 started=$2
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    [ $(((SECONDS - started) % 10)) -ne 0 ] || say "... $((SECONDS - started)) s"
  done
}

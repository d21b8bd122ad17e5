#!/bin/bash
# The root that all hosts share, read-only: built once by recipe, cached between checkouts.

GUEST=$HOSTS_SOURCE/guest

# The recipe: the package list, and what is put into the guest.
recipe_hash() {
  (cd "$GUEST" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-12)
}

guest_suite() { sed -n 's/^suite //p' "$GUEST/packages"; }
guest_packages() { grep -v -e '^#' -e '^suite ' "$GUEST/packages" | paste -sd ,; }

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
  say "building the hosts' root image from Debian $(guest_suite) (once; about a minute)"
  # Nothing is waited for until it is on the disk, and what nobody reads on a lab host is not unpacked.
  mmdebstrap --mode=root --variant=minbase --include="$(guest_packages)" --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="'$GUEST/customise' \"\$1\"" \
    "$(guest_suite)" "$building" >"$log" 2>&1 8>&- 9>&- &
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

# Builds images on this host, from a Containerfile and its context in the bundle.

# How long a build may take, in seconds: small machines compile slowly.
readonly BUILD_SECONDS=3600

# Builds the candidate's image unless it exists: its name is derived from its inputs. Base images are pulled first, like any
# other image, so that they are recorded as ours and removed once unused.
build_image() {
  if of_engine has_image "$1"; then
    return
  fi
  for base in $(header "$candidate" base-image); do
    ensure_image "$base"
  done
  note_image "$1"
  reference=$1
  source=$candidate/image
  mkdir -p "$source/context"
  set --
  while IFS= read -r pair; do
    [ -z "$pair" ] || set -- "$@" --build-arg "$pair"
  done <<EOF
$(header "$candidate" build-arg)
EOF
  if ! of_engine build "$reference" "$source" "$@"; then
    fail "the image of $service cannot be built; nothing was changed:
$(say "$report" | tail -n 15)"
  fi
}

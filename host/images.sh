# Images: those that the runner pulled or built are removed once nothing uses them.

# Brings the image that the candidate names.
provide_image() {
  image=$(header "$candidate" image)
  if [ -e "$candidate/image/Containerfile" ]; then
    build_image "$image"
  elif [ -n "$image" ]; then
    ensure_image "$image"
  fi
}

ensure_image() {
  if of_engine has_image "$1"; then
    return
  fi
  note_image "$1"
  if ! fetch 900 "$engine" pull --quiet "$1"; then
    fail "the image $1 cannot be pulled: $(say "$report" | tail -n 1)"
  fi
}

# Runs a command that pulls or builds an image, with a time-out in seconds; its output is in `report`. Temporary files that
# podman leaves when it is killed are where the service's next run finds them.
fetch() {
  mkdir -p "$home/pull" || fail "cannot write to $home; is the disk full?"
  if report=$(TMPDIR=$home/pull timeout -k 10 "$@" 2>&1 </dev/null 9>&-); then set -- 0; else set -- $?; fi
  rm -rf "$home/pull"
  return "$1"
}

# Recorded before the image exists, so that it is known to be ours even if this run is killed.
note_image() {
  mkdir -p "$STATE/images"
  say "$1" >"$(record_of_image "$1")" || fail "cannot write to $STATE; is the disk full?"
}

# Removes an image that the runner pulled or built, unless a service, or an image of a service, still uses it.
drop_image() {
  if [ ! -e "$(record_of_image "$1")" ] || is_image_used "$1"; then
    return
  fi
  "$engine" image rm "$1" >/dev/null 2>&1 || :
  rm -f "$(record_of_image "$1")"
}

# By a current or candidate release for the same engine. Candidates are searched first: one that becomes a release between
# the two searches is then found by the second.
is_image_used() {
  for of_release in "$STATE"/services/*/candidate/current "$STATE"/services/*/releases/*; do
    if grep -qsxF -e "image $1" -e "base-image $1" "$of_release/headers" && [ "$(engine_of "$of_release")" = "$engine" ]; then
      return
    fi
  done
  return 1
}

record_of_image() {
  record=$STATE/images/$(say "$1" | sha256sum | cut -c 1-16)
  [ "$engine" = podman ] || record=$record.$engine
  say "$record"
}

# Images that interrupted runs have pulled or replaced.
drop_unused_images() {
  chosen=$engine
  for record in "$STATE"/images/*; do
    case ${record##*/} in
      *.*) engine=${record##*.} ;;
      *) engine=podman ;;
    esac
    [ ! -e "$record" ] || drop_image "$(cat "$record")"
  done
  engine=$chosen
}

# shellcheck shell=bash
# Where an image comes from: docker.io where that answers, else Debian's packages.

refusal=$cache/docker.io-unreachable

# official_wanted: whether docker.io answers. A refusal is remembered for 6 hours: finding out takes up to 10 s.
official_wanted() {
  case ${PODWATCH_IMAGES:-auto} in
    official) return 0 ;;
    debian) return 1 ;;
    auto) ;;
    *) die "PODWATCH_IMAGES is '$PODWATCH_IMAGES': use auto, official or debian" ;;
  esac
  [ -z "${official_known:-}" ] || return "$official_known"
  official_known=1
  if [ -n "$(find "$refusal" -mmin -360 2>/dev/null)" ]; then return 1; fi
  say "looking whether docker.io answers (at most 10 s)"
  # Without a login it answers 401; that is an answer.
  case $(curl -sS -o /dev/null -w '%{http_code}' --connect-timeout 5 --max-time 10 https://registry-1.docker.io/v2/ 2>/dev/null) in
    200 | 401) official_known=0 ;;
    *)
      touch "$refusal"
      say "docker.io does not answer: images are made from Debian packages (asked again after 6 hours)"
      ;;
  esac
  return "$official_known"
}

# The images that few stacks need and that take long to make.
on_demand() { grep -v '^#' "$images_dir/on-demand"; }

# Uses the variable of serve that says which of them are asked for.
is_left_out() {
  on_demand | grep -qx "$1" && ! grep -qwF -- "$1" <<<"$demanded"
}

# provide_image ADDRESS NAME REPOSITORY TAG: makes sure that the registry has the image under its tag; what has been made once is served.
provide_image() {
  local address=$1 name=$2 repo=$3 tag=$4 kind=debian stamp digest
  if official_wanted; then
    kind=official
    stamp=$cache/stamps/$name-official-$tag
  else
    stamp=$cache/stamps/$name-debian-$(recipe_hash "$name")
  fi
  digest=$(cat "$stamp" 2>/dev/null || true)
  if [ -n "$digest" ]; then
    if [ "$(registry_digest "$address" "$repo" "$tag")" = "$digest" ]; then return; fi
    # Another checkout has put its own image under the tag.
    if registry_retag "$address" "$repo" "$digest" "$tag"; then return; fi
  fi
  ! is_left_out "$name" || return 0
  "provide_$kind" "$address" "$name" "$repo" "$tag"
  digest=$(registry_digest "$address" "$repo" "$tag")
  [ -n "$digest" ] || die "$name: the registry on $address does not have $repo:$tag though it was put there"
  printf '%s\n' "$digest" >"$stamp.tmp"
  mv "$stamp.tmp" "$stamp"
}

provide_official() {
  local address=$1 name=$2 repo=$3 tag=$4 source options=()
  source=$(reference_of "$name")
  case $source in
    # A pinned digest is that of the list for all architectures, which only goes as a whole. With a digest, skopeo
    # takes no tag.
    *@*) source=$(sed -E 's/:[^:@/]+@/@/' <<<"$source") options=(--all) ;;
  esac
  say "$name: copying $source"
  timeout 300 skopeo --insecure-policy copy --quiet --dest-tls-verify=false --preserve-digests "${options[@]}" \
    "docker://$source" "docker://$address/$repo:$tag" ||
    die "$name: cannot copy $source; with PODWATCH_IMAGES=debian it is made from Debian packages"
}

provide_debian() {
  local address=$1 name=$2 repo=$3 tag=$4 layout started=$SECONDS
  say "$name: making $repo:$tag from Debian packages"
  case $(reference_of "$name") in
    *@*) say "$name: note: versions.json pins a digest, which only the official image has; hosts that ask for it get none" ;;
  esac
  layout=$(mktemp -d "$cache/tmp.layout.XXXXXX")
  "$images_dir/build" "$name" "$layout" 9>&- || {
    rm -rf "$layout"
    exit 1
  }
  # The digests stay, and with them the layers as they are: not compressed.
  timeout 120 skopeo --insecure-policy copy --quiet --dest-tls-verify=false --preserve-digests \
    "oci:$layout:image" "docker://$address/$repo:$tag" || {
    rm -rf "$layout"
    die "$name: cannot put the image into the registry on $address"
  }
  rm -rf "$layout"
  say "$name: made in $((SECONDS - started)) s"
}

# shellcheck shell=bash
# Shared by the scripts of this folder: where things are, how to speak, which images there are.

images_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repository=$(cd "$images_dir/../.." && pwd)
cache=${PODWATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/podwatch}/images

say() { printf 'images: %s\n' "$*" >&2; }
die() {
  printf 'images: error: %s\n' "$*" >&2
  exit 1
}

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || die "$tool is not installed; install the lab's packages: lab/setup"
  done
}

# One line an image: NAME REPOSITORY TAG, e.g. "nginx library/nginx 1.30.6", for the images named in versions.json.
list_images() {
  jq -r '.images | to_entries[] | [.key, (.value | sub("@.*"; "") | capture("^[^/]+/(?<r>.+):(?<t>[^:/]+)$") | .r, .t)] | @tsv' \
    "$repository/versions.json" | tr '\t' ' '
}

# The full reference of an image as versions.json gives it.
reference_of() { jq -er --arg name "$1" '.images[$name]' "$repository/versions.json"; }

# What an image made here depends on: a hash over its recipe, the shared layers and the scripts that build it.
recipe_hash() {
  local name=$1 paths=("lab/images/$1" lab/images/layers lab/images/provided lab/images/build)
  local script extra=()
  for script in common debian oci; do paths+=("lab/images/lib/$script.sh"); done
  [ ! -e "$images_dir/$name/inputs" ] || mapfile -t extra <"$images_dir/$name/inputs"
  (
    cd "$repository"
    reference_of "$name"
    # Modes count (an `arrange` that is not executable is not run); owners and times do not.
    find "${paths[@]}" "${extra[@]}" -type f -printf '%m %p\n' | LC_ALL=C sort -k2
    find "${paths[@]}" "${extra[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -c1-16
}

# shellcheck shell=bash
# A private apt: takes packages of another Debian release without touching this machine's own package lists.

debian_release=forky

# The mirror that this machine's own apt uses, unless PODWATCH_DEBIAN_MIRROR names another.
debian_mirror() {
  if [ -n "${PODWATCH_DEBIAN_MIRROR:-}" ]; then
    printf '%s\n' "$PODWATCH_DEBIAN_MIRROR"
  else
    # shellcheck disable=SC2016 # a format of apt's
    apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -m 1 '/debian/*$'
  fi
}

# private_apt COMMAND [ARGUMENT...]: apt of the directory that debian_open has made. The options stand here because they outdo
# the machine's own configuration, which in containers often switches off the caches and keeps package lists compressed: then
# each call parses them anew, for a second.
private_apt() {
  local command=$1
  shift
  APT_CONFIG=$apt_dir/apt.conf timeout 300 "$command" -o Dir::Cache::pkgcache=pkgcache.bin \
    -o Dir::Cache::srcpkgcache="$apt_lists/packages.bin" -o Acquire::GzipIndexes=false "$@"
}

# debian_open DIR: prepares a private apt in DIR and fetches the release's package lists; with DEBIAN_LISTS, a directory that
# several share, only once.
debian_open() {
  apt_dir=$1
  apt_lists=${DEBIAN_LISTS:-$apt_dir}
  mkdir -p "$apt_lists/lists/partial" "$apt_dir/archives/partial"
  if [ -e "$apt_lists/mirror" ]; then
    mirror=$(cat "$apt_lists/mirror")
  else
    mirror=$(debian_mirror) || die "apt knows no mirror of Debian: name one with PODWATCH_DEBIAN_MIRROR"
  fi
  : >"$apt_dir/status"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    "$mirror" "$debian_release" >"$apt_dir/sources.list"
  cat >"$apt_dir/apt.conf" <<CONF
Dir::State "$apt_dir/";
Dir::State::lists "$apt_lists/lists";
Dir::State::status "$apt_dir/status";
Dir::Cache "$apt_dir/";
Dir::Etc::sourcelist "$apt_dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "2";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Quiet "2";
CONF
  [ ! -e "$apt_lists/mirror" ] || return 0
  # `--error-on=any`: apt otherwise takes a failed fetch for a warning.
  private_apt apt-get update --error-on=any >"$apt_dir/log" 2>&1 ||
    die "cannot fetch the package lists of Debian $debian_release from $mirror: $(tail -n 1 "$apt_dir/log")"
  printf '%s\n' "$mirror" >"$apt_lists/mirror"
}

# debian_pretend PACKAGE [VERSION]: from now on it counts as installed, so nothing draws it in.
debian_pretend() {
  printf '%s: %s\n' Package "$1" Status 'install ok installed' Architecture "$(dpkg --print-architecture)" \
    Multi-Arch foreign Version "${2:-999}" Maintainer lab Description lab >>"$apt_dir/status"
  printf '\n' >>"$apt_dir/status"
}

# The version that the release has of a package.
debian_version() {
  private_apt apt-cache show --no-all-versions "$1" | sed -n 's/^Version: //p'
}

# debian_extract ROOT PACKAGE...: unpacks the packages and what they depend on into ROOT, and counts them as installed.
debian_extract() {
  local root=$1 archive
  shift
  private_apt apt-get install --yes --download-only "$@" >"$apt_dir/log" 2>&1 ||
    die "cannot fetch from Debian $debian_release: $*: $(grep -m 1 -E '^E:' "$apt_dir/log" || tail -n 1 "$apt_dir/log")"
  for archive in "$apt_dir"/archives/*.deb; do
    [ -e "$archive" ] || continue
    dpkg-deb --extract "$archive" "$root"
    # shellcheck disable=SC2046 # a name and a version, both without blanks
    debian_pretend $(dpkg-deb --show --showformat='${Package} ${Version}' "$archive")
    rm "$archive"
  done
}

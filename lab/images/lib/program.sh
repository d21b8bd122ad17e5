# shellcheck shell=bash
# A program of the Debian release that the lab's images are made from, without root or an installation. It is kept in the cache, with the
# C library that it was built against, which may be newer than this machine's.
# Needs common.sh and debian.sh.

# run_debian_program PACKAGE PROGRAM KEPT MEGABYTES [ARGUMENT...]: fetches it, once, as KEPT; runs it if there are arguments.
run_debian_program() {
  local package=$1 program=$2 home=${cache%/images}/$2 kept=${cache%/images}/$2/$3 megabytes=$4 new loader
  shift 4
  if [ ! -d "$kept" ]; then
    need apt-get dpkg-deb jq flock
    mkdir -p "$home"
    exec 9>"$home/lock"
    flock -w 300 9 || die "another run has held $home/lock for 5 minutes: end it, or remove the file"
  fi
  if [ ! -d "$kept" ]; then
    say "fetching it from Debian $debian_release, once ($megabytes MB)"
    new=$(mktemp -d "$home/new.XXXXXX")
    # shellcheck disable=SC2064 # it is this directory
    trap "rm -rf '$new'" EXIT
    debian_open "$new/apt"
    debian_extract "$new/root" "$package"
    mkdir "$new/kept"
    mv "$new/root/usr/bin/$program" "$new/kept/"
    find "$new/root/usr/lib" \( -name 'ld-linux*' -o -name 'ld64*' -o -name 'lib*.so.*' \) -exec cp -L {} "$new/kept/" \;
    mv "$new/kept" "$kept"
    rm -rf "$new"
    trap - EXIT
  fi
  exec 9>&-
  loader=$(find "$kept" -name 'ld-linux*' -o -name 'ld64*' | head -n 1)
  [ -x "$loader" ] || die "$kept is damaged: remove it"
  [ $# -gt 0 ] || exit 0
  exec "$loader" --library-path "$kept" "$kept/$program" "$@"
}

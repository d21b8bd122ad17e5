# Checks a Quadlet unit with podman's generator and systemd, before anything is changed.

# Checks the candidate's unit, unless the running service has the same one, which was checked before.
podman_check_unit() {
  { mkdir -p "$UNITS" && [ -w "$UNITS" ]; } 2>/dev/null ||
    fail "cannot write to $UNITS; is its file system mounted read-only?"
  runs_by_same_unit || check_unit
}

# Whether podman and systemd know all keys of the unit, and the host has what it references.
check_unit() {
  require_podman
  check_what_podman_needs
  mkdir -p "$home/candidate/units"
  cp "$UNITS"/podwatch*.* "$home/candidate/units/" 2>/dev/null || :
  cp "$candidate/unit/$unit" "$home/candidate/units/"
  if ! report=$(quadlet_dryrun "$home/candidate/units" 2>&1) ||
    ! say "$report" | grep -qxF -e "---$(unit_service)---"; then
    # A podman without Quadlet has no generator.
    podman_check
    fail "podman refuses the unit $unit: $(say "$report" | complaints | tail -n 3)"
  fi
  # Where generator or systemd only warn about a key, the service would run without it.
  if ignored=$(say "$report" | complaints | grep -F "$unit") || ignored=$(ignored_by_systemd "$report"); then
    fail "the unit $unit has what this host does not know: $(say "$ignored" | tail -n 3)"
  fi
  make_host_directories
  provide_image
}

# The Quadlet generator's messages, without the generated service; the first words of a line name the generator.
complaints() {
  sed -n 's/^quadlet-generator\[[0-9]*\]: //p' | grep -v -e '^Loading '
}

# Keys in the generator's output that systemd would ignore with a warning; fails if there are none.
ignored_by_systemd() {
  command -v systemd-analyze >/dev/null || return 1
  mkdir -p "$home/candidate/verify"
  generated=$home/candidate/verify/$(unit_service)
  say "$1" | awk -v start="---$(unit_service)---" '
    /^---.*---$/ { wanted = ($0 == start); next }
    wanted && !/^quadlet-generator\[/' >"$generated"
  timeout -k 5 30 systemd-analyze ${ROOTLESS:+--user} verify --man=no "$generated" 2>&1 9>&- |
    sed -n "s,^$generated:[0-9]*: ,,p" | grep -F 'gnoring'
}

# Runs the Quadlet generator (dry run) on the units in a directory.
quadlet_dryrun() {
  if [ -n "$ROOTLESS" ]; then
    QUADLET_UNIT_DIRS=$1 /usr/lib/systemd/user-generators/podman-user-generator --user --dryrun
  else
    QUADLET_UNIT_DIRS=$1 /usr/lib/systemd/system-generators/podman-system-generator --dryrun
  fi
}

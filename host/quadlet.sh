# Units for podman's Quadlet generator: what podman and systemd make of one before anything is changed.

# Whether the host knows the candidate's unit, and has what it needs. What runs by the same unit has been asked before.
check_quadlet() {
  { mkdir -p "$UNITS" && [ -w "$UNITS" ]; } 2>/dev/null ||
    fail "cannot write to $UNITS; is its file system mounted read-only?"
  runs_by_same_unit || check_unit
}

# Such a unit has been accepted by this host, and its image is there.
runs_by_same_unit() {
  [ ! -e "$home/pending" ] && has_units_of "$candidate" && systemctl --quiet is-active "$(unit_service)"
}

# Whether the host knows all that is in the unit, and has what it needs.
check_unit() {
  require_podman
  check_what_podman_needs
  mkdir -p "$home/candidate/units"
  cp "$UNITS"/podwatch*.* "$home/candidate/units/" 2>/dev/null || :
  cp "$candidate/unit/$unit" "$home/candidate/units/"
  if ! report=$(quadlet_dryrun "$home/candidate/units" 2>&1) ||
    ! say "$report" | grep -qxF -e "---$(unit_service)---"; then
    # A podman without Quadlet has no such generator.
    check_podman
    fail "podman refuses the unit $unit: $(say "$report" | complaints | tail -n 3)"
  fi
  # A generator or a systemd that only warns would run the service without what was asked for.
  if ignored=$(say "$report" | complaints | grep -F "$unit") || ignored=$(ignored_by_systemd "$report"); then
    fail "the unit $unit has what this host does not know: $(say "$ignored" | tail -n 3)"
  fi
  make_host_directories
  image=$(header "$candidate" image)
  if [ -e "$candidate/image/Containerfile" ]; then
    build_image "$image"
  elif [ -n "$image" ]; then
    ensure_image "$image"
  fi
}

# What the Quadlet generator says besides the service itself; the first words of a line name the generator.
complaints() {
  sed -n 's/^quadlet-generator\[[0-9]*\]: //p' | grep -v -e '^Loading '
}

# Keys of the generated service that systemd would skip with a warning, by what the generator printed; fails if there are none.
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

# The Quadlet generator's view of the units in a directory.
quadlet_dryrun() {
  if [ -n "$ROOTLESS" ]; then
    QUADLET_UNIT_DIRS=$1 /usr/lib/systemd/user-generators/podman-user-generator --user --dryrun
  else
    QUADLET_UNIT_DIRS=$1 /usr/lib/systemd/system-generators/podman-system-generator --dryrun
  fi
}

# What is looked at before anything of a service is changed: whose the things of its name are, what podman and systemd
# make of its unit, and what the service's own checker says of its files.

# Whatever has our names but was not made by us is left alone.
refuse_foreign() {
  stranger=$(stranger_of_our_names)
  [ -z "$stranger" ] || fail "$stranger"
  if is_native || [ -e "$UNITS/$unit" ]; then
    case $unit in
      *.network) cmp -s "$candidate/unit/$unit" "$UNITS/$unit" || refuse_guests ;;
    esac
  elif [ -n "$(header "$candidate" data)" ] && podman volume exists "$container" &&
    ! is_volume_of_ours "$container"; then
    fail "there is already a volume named $container that is not managed by Podwatch; rename or remove it first"
  fi
}

check_candidate() {
  if is_native; then
    check_native
    return
  fi
  { mkdir -p "$UNITS" && [ -w "$UNITS" ]; } 2>/dev/null ||
    fail "cannot write to $UNITS; is its file system mounted read-only?"
  image=$(header "$candidate" image)
  runs_by_same_unit || check_unit
  if [ -e "$candidate/hooks/check" ] && ! report=$(run_check 2>&1); then
    fail "$service refuses its new configuration; nothing was changed:
$(say "$report" | tail -n 15)"
  fi
}

# Such a unit has been accepted by this host, and its image is there.
runs_by_same_unit() {
  [ ! -e "$home/pending" ] && has_units_of "$candidate" && systemctl --quiet is-active "$(unit_service)"
}

# Whether the host knows all that is in the unit, and has what it needs.
check_unit() {
  mkdir -p "$home/candidate/units"
  cp "$UNITS"/podwatch*.* "$home/candidate/units/" 2>/dev/null || :
  cp "$candidate/unit/$unit" "$home/candidate/units/"
  if ! report=$(quadlet_dryrun "$home/candidate/units" 2>&1) ||
    ! say "$report" | grep -qxF -e "---$(unit_service)---"; then
    fail "podman refuses the unit $unit: $(say "$report" | complaints | tail -n 3)"
  fi
  # A generator or a systemd that only warns would run the service without what was asked for.
  if ignored=$(say "$report" | complaints | grep -F "$unit") || ignored=$(ignored_by_systemd); then
    fail "the unit $unit has what this host does not know: $(say "$ignored" | tail -n 3)"
  fi
  make_host_directories
  if [ -e "$candidate/image/Containerfile" ]; then
    build_image "$image"
  elif [ -n "$image" ]; then
    ensure_image "$image"
  fi
}

# A path may begin with systemd's %h or %t: the user's home, and the directory of his sockets.
make_host_directories() {
  for directory in $(header "$candidate" host-directory); do
    case $directory in
      %h/*) directory=$HOME/${directory#%h/} ;;
      %t/*) directory=$XDG_RUNTIME_DIR/${directory#%t/} ;;
    esac
    [ -d "$directory" ] || mkdir -p "$directory" 2>/dev/null ||
      fail "the directory $directory does not exist on this host; create it (for example with tmpfiles.d) first"
  done
}

# What the Quadlet generator says besides the service itself; the first words of a line name the generator.
complaints() {
  sed -n 's/^quadlet-generator\[[0-9]*\]: //p' | grep -v -e '^Loading '
}

# Keys of the generated service that systemd would skip with a warning; fails if there are none.
ignored_by_systemd() {
  command -v systemd-analyze >/dev/null || return 1
  mkdir -p "$home/candidate/verify"
  generated=$home/candidate/verify/$(unit_service)
  say "$report" | awk -v start="---$(unit_service)---" '
    /^---.*---$/ { wanted = ($0 == start); next }
    wanted && !/^quadlet-generator\[/' >"$generated"
  timeout -k 5 30 systemd-analyze ${ROOTLESS:+--user} verify --man=no "$generated" 2>&1 9>&- |
    sed -n "s,^$generated:[0-9]*: ,,p" | grep -F 'gnoring'
}

# The check runs in the image that will run the files, without network, and sees them where they will be. What it says
# is told if need be, and stands in no journal.
run_check() {
  drop_check_container
  if podman container exists "$container-check"; then
    say "there is already a container named $container-check that is not managed by Podwatch; rename or remove it first"
    return 1
  fi
  make_empty_secrets
  timeout -k 5 120 podman run --rm --interactive --name "$container-check" --label io.podwatch.service="$service" --network none --log-driver none \
    --read-only --cap-drop all --security-opt no-new-privileges --user "$(header "$candidate" user)" \
    --volume "$home/candidate:/etc/podwatch:ro,z" --volume "$home/candidate/secrets:/run/secrets:ro,z" --entrypoint /bin/sh "$image" -s <"$candidate/hooks/check" 9>&-
}

# What an interrupted run has left of it.
drop_check_container() {
  [ "$(podman container inspect --format '{{index .Config.Labels "io.podwatch.service"}}' "$container-check" 2>/dev/null)" != "$service" ] ||
    podman rm --force --ignore "$container-check" >/dev/null
}

# A checker looks whether the files are there that hold secrets; what is in them is none of its business.
make_empty_secrets() {
  mkdir -p "$home/candidate/secrets"
  for secret in $(header "$candidate" secret); do
    : >"$home/candidate/secrets/${secret#podwatch-}"
  done
}

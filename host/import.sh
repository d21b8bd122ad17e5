# Data of a service that ran on this host before Podwatch: `import <directory> <its lock file>` in the bundle. They are copied once into a
# volume that has none yet, before the service starts for the first time; the directory itself is only read. What has been taken over says so
# in a file of the volume.

readonly IMPORTED=.podwatch-imported

import_data() {
  given=$(header "$candidate" import)
  [ -n "$given" ] || return 0
  from=${given% *}
  if of_engine has_volume "$container"; then
    live=$(mountpoint_of "$container")
    if [ "$(as_owner cat "$live/$IMPORTED" 2>/dev/null || :)" = "$from" ]; then
      return
    fi
    [ -z "$(as_owner ls -A "$live")" ] || refuse_import "$service has data of its own on this host already"
  fi
  [ -d "$from" ] || refuse_import "$from is not a directory on this host"
  staged=$container-import
  clean_up=discard_import
  make_staged
  other=$(mountpoint_of "$staged")
  refuse_crowded_import
  copy_data "$from" "${given##* }"
  # shellcheck disable=SC2046 # a list of options
  report=$(timeout -k 5 600 "$engine" run --rm --interactive --network none --log-driver none $(of_engine run_options) --read-only --cap-drop all \
    --security-opt no-new-privileges --user "$(header "$candidate" user)" --volume "$staged:/imported" \
    --entrypoint /bin/sh "$(header "$candidate" image)" -s <"$candidate/hooks/import" 2>&1 9>&-) ||
    refuse_import "$service cannot use the data in $from: $(say "$report" | tail -n 3)"
  say "$from" | as_owner tee "$other/$IMPORTED" >/dev/null || refuse_import "the copy of $from cannot be written"
  of_engine create_volume "$container"
  live=$(mountpoint_of "$container")
  if ! { as_owner mv "$live" "$live.away" && as_owner mv "$other" "$live" && as_owner mv "$live.away" "$other"; }; then
    refuse_import "the copy of $from cannot be put in place"
  fi
  drop_staged
  clean_up=discard_candidate
}

refuse_import() {
  way_out=$(advice "$candidate" import)
  fail "$1; nothing was changed${way_out:+: $way_out}"
}

discard_import() {
  drop_staged
  discard_candidate
}

refuse_crowded_import() {
  size=$(du -sk "$from" | cut -f 1)
  free=$(df -P -k "${other%/*}" | awk 'NR == 2 { print $4 }')
  [ "$((size + ROOM_FOR_STATE * 1024))" -lt "$free" ] ||
    refuse_import "the data in $from have $((size / 1024)) MiB, and where $engine keeps volumes $((free / 1024)) MiB are free"
}

# `copy_data <directory> <lock file>`: a program that still writes there holds the lock; it cannot start while we read.
copy_data() {
  set -- "$1" "$1/$2"
  if [ -e "$2" ]; then
    flock -n "$2" true || refuse_import "$1 is in use: the program that writes there still runs"
    set -- "$1" flock -n "$2"
  else
    set -- "$1"
  fi
  from=$1
  shift
  report=$(as_owner "$@" cp -R --preserve=mode,timestamps --reflink=auto "$from/." "$other/" 2>&1 9>&-) ||
    refuse_import "the data in $from cannot be copied: $(say "$report" | tail -n 1)"
  as_owner rm -f "$other/${given##* }"
  as_owner chown -R "$(header "$candidate" user)" "$other" && as_owner chmod u+rwX "$other"
}

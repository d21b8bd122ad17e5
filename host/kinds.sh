# What the runner applies has a kind, and what differs between kinds stands in one file for each, kinds/<kind>.sh. The
# transaction calls a step of the kind by `of_kind <step>`: the function <kind>_<step>, or else any_<step> from here, which
# does for whatever consists of systemd's own units. docs/architecture.md tells what each step has to do.

# Each file adds its own.
KINDS=

# The kind of a release or a candidate. Bundles of the three kinds that there were first name none: their unit tells.
kind_of() {
  named=$(sed -n 's/^kind //p' "$1/headers" 2>/dev/null || :)
  if [ -n "$named" ]; then
    say "$named"
    return
  fi
  case $(ls "$1/unit" 2>/dev/null || :) in
    *.network) say network ;;
    *.service*) say native ;;
    *) say container ;;
  esac
}

# The kind of an installed service, by its releases; where they are lost, or not there yet, by what is there.
installed_kind() {
  for found in "$home/current" "$home"/releases/*; do
    if [ -e "$found/headers" ] || [ -d "$found/unit" ]; then
      kind_of "$found"
      return
    fi
  done
  for kind in $KINDS; do
    if of_kind is_found; then
      say "$kind"
      return
    fi
  done
  say container
}

# `use_kind <kind>`: from here on `kind` is set, and `unit`, the name of the service's main unit; empty if it has none.
use_kind() {
  case " $KINDS " in
    *" $1 "*) kind=$1 ;;
    *) fail "the runner on this host does not know what $service is, of the kind $1: run pulumi up without --target" ;;
  esac
  unit=$(of_kind unit)
}

# `of_kind <step> [<argument>...]`
of_kind() {
  step=$1
  shift
  if command -v "${kind}_$step" >/dev/null; then
    "${kind}_$step" "$@"
  else
    "any_$step" "$@"
  fi
}

# A step of every kind that has it, whatever is being applied: `drop_unused` takes away what no service names any more,
# `installed` and `uninstalled` follow the runner.
each_kind() {
  for each in $KINDS; do
    if command -v "${each}_$1" >/dev/null; then
      "${each}_$1"
    fi
  done
}

# Whether what is on the host under the service's name is of this kind, where no release tells.
any_is_found() {
  false
}

any_unit() {
  :
}

# All units that the service has, or would have, the main one first.
any_units() {
  [ -z "$unit" ] || say "$unit"
}

# What the host needs for services of this kind: asked before anything else is.
any_fit() {
  :
}

# Says what others have made in the service's place, if anything, and what to do about it; by names only, without a bundle.
any_stranger() {
  :
}

# The same with the bundle: fails.
any_refuse() {
  :
}

# Whether the host takes the candidate; what it needs is fetched here. Fails, and nothing has changed.
any_check() {
  :
}

# Whether the host is as the candidate says. Whether the service answers is asked besides.
any_holds() {
  has_units_of "$candidate" && { [ -z "$unit" ] || systemctl --quiet is-active "$(unit_service)"; }
}

# Whether what runs has no need of the files that were lost with $STATE.
any_outlives_files() {
  false
}

# `activate started|restarted|updated`: brings $release into force; on failure, `reason` says why.
any_activate() {
  [ "$1" != updated ] || return 0
  report=$(start_units 2>&1) || {
    reason="systemd could not start it: $report"
    return 1
  }
}

# Whether $release does what it is there for, after a start; on failure, `reason` says why.
any_prove() {
  [ ! -e "$release/hooks/ready" ] || await_ready "$release" || return 1
  run_activation_hook started || return 1
  [ -z "$previous" ] || [ -z "$unit" ] || await_steady "$(unit_service)"
}

# `run <seconds> <release>`: runs the script on standard input where the release's hooks belong.
any_run() {
  timeout -k 5 "$1" /bin/sh -s 9>&-
}

# `log <name> <cursor>`: what was logged since.
any_log() {
  [ -n "$unit" ] || return 0
  set -- "$2"
  for name in $(of_kind units); do
    set -- "$@" --unit "$name"
  done
  cursor=$1
  shift
  journal_since "$cursor" ${ROOTLESS:+--user} "$@" | tail -n 12
}

# A line `<object> <what> <which>` for each difference from the candidate, besides those of release and units.
any_drift() {
  :
}

# Takes away what `apply` would neither touch nor see.
any_mend() {
  :
}

# More lines `<key> <value>` for `status`.
any_status() {
  :
}

any_is_ready() {
  [ -e "$home/current/hooks/ready" ] && probe "$home/current" 1
}

# Takes all of it away, content with what is already gone. What proves that the rest is ours goes last.
any_remove() {
  remove_units
}

# `forget keep|delete|""`: takes away what stays when a release does not come up; the word is the bundle's on the data.
any_forget() {
  :
}

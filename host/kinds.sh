# Every service has a kind; what differs between kinds is in one file each, kinds/<kind>.sh. The transaction calls a step of
# the kind by `of_kind <step>`: the function <kind>_<step>, or else any_<step> from here, the default for plain systemd
# units. docs/architecture.md specifies each step.

# Each file adds its own.
KINDS=

# The kind of a release or a candidate. Bundles of the first three kinds have no such header: their unit determines it.
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

# The kind of an installed service, by its releases; without any, by the objects that exist on the host.
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

# Runs a step of every kind that has it, whatever is being applied: `foresee` refuses what a deployment is about to take away, before it
# begins, `drop_unused` removes what no service references any more, `installed` and `uninstalled` are called after the runner's installation and removal.
each_kind() {
  for each in $KINDS; do
    if command -v "${each}_$1" >/dev/null; then
      "${each}_$1"
    fi
  done
}

# Whether the objects of the service's name on the host are of this kind; asked if there is no release.
any_is_found() {
  false
}

any_unit() {
  :
}

# All units of the service, whether they exist or not, the main unit first.
any_units() {
  [ -z "$unit" ] || say "$unit"
}

# Units beside the main one whose journal tells of the service's work.
any_working_units() {
  :
}

# Checks the host's requirements for services of this kind, before anything else.
any_fit() {
  :
}

# Prints which existing objects of the service's names belong to others, if any, and what to do; by names only, without a bundle.
any_stranger() {
  :
}

# The same check, with the bundle; fails if there are any.
any_refuse() {
  :
}

# Checks the candidate on the host, and fetches what it needs. If it fails, nothing has changed.
any_check() {
  :
}

# Whether the host's state matches the candidate. Readiness is checked separately.
any_holds() {
  has_units_of "$candidate" && { [ -z "$unit" ] || systemctl --quiet is-active "$(unit_service)"; }
}

# Whether the running service can do without the files that were lost with $STATE.
any_outlives_files() {
  false
}

# `activate started|restarted|updated`: puts $release into effect; on failure, sets `reason`.
any_activate() {
  [ "$1" != updated ] || return 0
  report=$(start_units 2>&1) || {
    reason="systemd could not start it: $report"
    return 1
  }
}

# Whether $release works after a start; on failure, sets `reason`.
any_prove() {
  [ ! -e "$release/hooks/ready" ] || await_ready "$release" || return 1
  run_activation_hook started || return 1
  [ -z "$previous" ] || [ -z "$unit" ] || await_steady "$(unit_service)"
}

# `run <seconds> <release>`: runs the script on standard input in the environment of the release's hooks.
any_run() {
  timeout -k 5 "$1" /bin/sh -s 9>&-
}

# `log <name> <cursor>`: journal entries since the cursor.
any_log() {
  [ -n "$unit" ] || return 0
  set -- "$2"
  for name in $(of_kind units); do
    set -- "$@" --unit "$name"
  done
  cursor=$1
  shift
  journal_since "$cursor" ${ROOTLESS:+--user} "$@" | without_usage | tail -n 12
}

# Prints a line `<object> <what> <which>` for each difference from the candidate, except those of release and units.
any_drift() {
  :
}

# Removes what `apply` would leave alone or not notice.
any_mend() {
  :
}

# Additional lines `<key> <value>` for `status`.
any_status() {
  :
}

any_is_ready() {
  [ -e "$home/current/hooks/ready" ] && probe "$home/current" 1
}

# Removes the service; idempotent. The proof that the rest is ours is removed last.
any_remove() {
  remove_units
}

# `forget keep|delete|""`: removes what remains of a release that did not come up; the argument is the bundle's data policy.
any_forget() {
  :
}

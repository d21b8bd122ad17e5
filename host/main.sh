#!/bin/sh
# The Podwatch runner: applies and removes services on this host. Installed and called over SSH by the program;
# idempotent. Prints one line with the result, or the reason of a failure.
set -eu
umask 022

# The caller must not decide what root runs: neither by PATH, if sudo keeps it, nor by other variables that programs evaluate.
readonly CALLERS_PATH="$PATH"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
unset ENV BASH_ENV CDPATH TMPDIR GREP_OPTIONS POSIXLY_CORRECT TAR_OPTIONS LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT \
  CONTAINER_HOST CONTAINER_CONNECTION CONTAINERS_CONF CONTAINERS_CONF_OVERRIDE CONTAINERS_STORAGE_CONF \
  CONTAINERS_REGISTRIES_CONF DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_API_VERSION DOCKER_BUILDKIT SYSTEMD_PAGER SYSTEMD_LESS

# This file's absolute path, valid after a change of directory.
case $0 in
  /*) readonly SELF="$0" ;;
  *) readonly SELF="$PWD/$0" ;;
esac
cd /

# If the connection is lost, a run that was begun is completed.
trap '' HUP PIPE

readonly OWNER_MARK='# Managed by Podwatch.'

# A service that has been restarted this often is considered failed.
readonly CRASHES=3

# How long a service that replaces an earlier release is watched after it became ready, in seconds.
readonly STEADY_SECONDS=5

if [ "$(id -u)" = 0 ]; then
  export HOME=~root
  unset XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME
  readonly ROOTLESS=
  readonly STATE=/var/lib/podwatch
  readonly UNITS=/etc/containers/systemd
  readonly NATIVE_UNITS=/etc/systemd/system
  readonly NETWORKS=/etc/containers/networks
else
  readonly ROOTLESS=yes
  readonly STATE="$HOME/.local/share/podwatch"
  readonly UNITS="$HOME/.config/containers/systemd"
  readonly NATIVE_UNITS="$HOME/.config/systemd/user"
  readonly NETWORKS="$HOME/.local/share/containers/storage/networks"
  export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
fi

say() {
  printf '%s\n' "$*"
}

# Ends the run with a reason. Standard input is drained first: otherwise SSH reports the unread rest instead of the reason.
fail() {
  printf 'podwatch: %s\n' "$*" >&2
  "${clean_up:-:}"
  if [ -z "${input_read:-}" ]; then
    cat >/dev/null
  fi
  exit 1
}

# `--owner=<name>` and `--engine=<name>` may be given anywhere.
main() {
  owner=
  for word in "$@"; do
    shift
    case $word in
      --owner=*) owner=${word#--owner=} ;;
      --engine=*) engine=${word#--engine=} ;;
      *) set -- "$@" "$word" ;;
    esac
  done
  verb=${1:-}
  [ $# -eq 0 ] || shift
  case $verb in
    fit) show_fit "$@" ;;
    install) install_runner "$@" ;;
    uninstall) uninstall_runner ;;
    apply) apply_service "$@" ;;
    remove) remove_service "$@" ;;
    put-secret) put_secret "$@" ;;
    remove-secret) remove_secret "$@" ;;
    load) load_service "$@" ;;
    confirm) confirm_service "$@" ;;
    revert) revert_service "$@" ;;
    attend) attend_container "$@" ;;
    place-secrets) cat >/dev/null && place_secrets "$@" ;;
    shield) cat >/dev/null && raise_shield ;;
    confine) confine_service "$@" ;;
    status) show_status "$@" ;;
    verify) verify_service "$@" ;;
    drift) show_drift "$@" ;;
    mend) mend_service "$@" ;;
    logs) show_logs "$@" ;;
    backup) back_up "$@" ;;
    restore) restore_data "$@" ;;
    save) save_all "$@" ;;
    save-prepare) prepare_saving "$@" ;;
    save-ended) end_saving "$@" ;;
    save-leave) leave_saved "$@" ;;
    certify) certify "$@" ;;
    certify-begin) begin_certifying "$@" ;;
    certify-ended) end_certifying "$@" ;;
    certify-leave) leave_certified "$@" ;;
    saved) list_saved "$@" ;;
    send-saved) send_saved "$@" ;;
    restore-saved) restore_saved "$@" ;;
    *) fail "unknown command: $verb" ;;
  esac
}

# Packages of the distribution, installed where a program is missing. There is no unit, and no way back to a version before: they
# are the distribution's.
#
#   services/<name>/installed   the packages that were installed, with what they needed; absent if the program was there
#   services/<name>/packages    those that were there before, while an installation is not yet over

KINDS="$KINDS packages"

# Checked before the services that need the program, which may be missing then.
packages_fit() {
  [ -n "$(package_manager)" ] ||
    fail "this host has none of apt-get, dnf, zypper and apk, so $engine cannot be installed: install it there yourself"
}

packages_check() {
  program=$(header "$candidate" program)
  if is_on_host "$program"; then
    refuse_old_program "$(version_of "$program")" "installed here"
    return
  fi
  packages=$(header "$candidate" "$(package_manager)")
  report=$(refresh_packages 2>&1) || :
  offered=$(offered_version "${packages%% *}")
  [ -n "$offered" ] ||
    fail "the packages of this host's distribution have no $program; nothing was changed: $(distributions_way)$(errors_of_manager)"
  refuse_old_program "$offered" "of this host's distribution"
}

packages_holds() {
  is_on_host "$(header "$candidate" program)"
}

packages_activate() {
  [ "$1" != updated ] || return 0
  if [ -e "$home/packages" ]; then
    mend_interrupted
  elif is_on_host "$(header "$release" program)"; then
    return 0
  else
    { installed_packages >"$home/packages.new" && mv "$home/packages.new" "$home/packages"; } ||
      fail "cannot write to $home; is the disk full?"
  fi
  # shellcheck disable=SC2046 # a list of packages
  report=$({ install_packages $(header "$release" "$(package_manager)") && of_engine begin; } 2>&1) ||
    reason="its packages could not be installed: $(say "$report" | tail -n 3)"
  note_installed
  [ -z "$reason" ]
}

# apt refuses to go on where dpkg was interrupted; the others mend that themselves.
mend_interrupted() {
  [ "$(package_manager)" != apt ] ||
    timeout -k 10 900 env DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null >/dev/null 2>&1 9>&- || :
}

# What has come since `packages` was written, perhaps by a run that was interrupted.
note_installed() {
  { installed_packages | grep -vxF -f "$home/packages" || :; cat "$home/installed" 2>/dev/null || :; } |
    sort -u >"$home/installed.new"
  mv "$home/installed.new" "$home/installed"
  rm -f "$home/packages"
}

packages_prove() {
  packages_is_ready || {
    # shellcheck disable=SC2034 # read by those who call
    reason="it is installed, but does not run"
    return 1
  }
}

packages_is_ready() {
  [ -n "$(version_of "$(header "$home/current" program)")" ]
}

packages_drift() {
  program=$(header "$candidate" program)
  is_on_host "$program" || say "program missing $program"
}

# What was there before stays, and so does what somebody else uses.
packages_remove() {
  if [ ! -s "$home/installed" ] || [ "$(header "$home/current" remove)" != yes ] || is_used_by_others; then
    return 0
  fi
  # shellcheck disable=SC2046 # a list of packages
  uninstall_packages $(cat "$home/installed") || :
}

package_manager() {
  for manager in apt-get dnf zypper apk; do
    if command -v "$manager" >/dev/null; then
      say "${manager%-get}"
      return
    fi
  done
}

refresh_packages() {
  case $(package_manager) in
    apt) set -- apt-get -q -o DPkg::Lock::Timeout=120 update ;;
    dnf) set -- dnf -q -y makecache ;;
    zypper) set -- env ZYPP_LOCK_TIMEOUT=120 zypper --non-interactive refresh ;;
    apk) set -- apk --wait 120 update ;;
  esac
  timeout -k 5 300 "$@" </dev/null 9>&-
}

errors_of_manager() {
  say "$report" | grep -i -E '^(e|w|error|warning): ' | tail -n 2 | sed 's/^/\
/' || :
}

# `offered_version <package>`: what would be installed; empty if the distribution has none. dnf 4 prints empty lines between versions,
# dnf 5 does not; apk prints versions that only a tag chooses, too.
offered_version() {
  {
    case $(package_manager) in
      apt) apt-cache policy "$1" | sed -n 's/^  Candidate: //p' | grep -v '^(none)' ;;
      dnf) dnf -q -y repoquery --latest-limit=1 --queryformat '%{version}\n' "$1" | grep . | sort -V | tail -n 1 ;;
      zypper) zypper --non-interactive info "$1" | sed -n 's/^Version *: *//p' ;;
      apk) apk policy "$1" | awk '/^  [^ ]/ { version = $1; sub(/:$/, "", version) } /^    [^ @]/ { print version; exit }' ;;
    esac </dev/null 2>/dev/null 9>&- || :
  } | sed 's/^[0-9]*://'
}

# `install_packages <package>...`
install_packages() {
  case $(package_manager) in
    apt) set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@" ;;
    dnf) set -- dnf -q -y install "$@" ;;
    zypper) set -- env ZYPP_LOCK_TIMEOUT=120 zypper --non-interactive install --no-recommends "$@" ;;
    apk) set -- apk --wait 120 add "$@" ;;
  esac
  timeout -k 10 900 "$@" </dev/null 9>&-
}

# All names of packages on this host. rpm counts the keys of repositories among them.
installed_packages() {
  case $(package_manager) in
    apt) dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p' ;;
    dnf | zypper) rpm -qa --qf '%{NAME}\n' | grep -vx gpg-pubkey ;;
    apk) apk info ;;
  esac | sort -u
}

# Removes packages unless others need one of them; only apk leaves those of its own accord, one by one.
uninstall_packages() {
  case $(package_manager) in
    apt)
      env DEBIAN_FRONTEND=noninteractive apt-get -s -y remove "$@" 2>/dev/null </dev/null | sed -n 's/^Remv \([^ ]*\) .*/\1/p' | sort -u >"$home/removed"
      say "$@" | tr ' ' '\n' | sort -u | cmp -s - "$home/removed" || return 0
      env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 purge "$@" ;;
    dnf | zypper) rpm -e "$@" ;;
    apk) apk --wait 120 del "$@" ;;
  esac </dev/null >/dev/null 2>&1 9>&-
}

# Containers, images or volumes of others, and what else tells that they want it.
is_used_by_others() {
  [ -n "$("$engine" ps --all --quiet)$("$engine" images --quiet)$("$engine" volume ls --quiet)" ] || of_engine is_wanted_by_others
}

# `version_of <program>`
version_of() {
  "$1" --version 2>/dev/null 9>&- | sed -n 's/^[^0-9]*\([0-9][0-9.]*\).*/\1/p' | head -n 1
}

# `refuse_old_program <version> <where it is>`
refuse_old_program() {
  minimum=$(header "$candidate" minimum)
  [ "$(printf '%s\n' "$minimum" "$1" | sort -V | head -n 1)" = "$minimum" ] ||
    fail "the $(header "$candidate" program) $2 is $1, and $minimum or newer is needed; nothing was changed: $(distributions_way)"
}

os_release() {
  cat /etc/os-release 2>/dev/null || :
}

# `release_of <key>`
release_of() {
  os_release | sed -n "s/^$1=//p" | tr -d "\"'"
}

# How newer packages come to this distribution.
distributions_way() {
  name=$(release_of PRETTY_NAME)
  case $(release_of ID) in
    debian) say "$name: upgrade to Debian 13 or later, whose $engine will do" ;;
    ubuntu) say "$name: upgrade to Ubuntu 24.04 or later, whose $engine will do" ;;
    rhel | almalinux | rocky | centos | ol) say "$name: update it (dnf upgrade); 8.10, and 9.2 or later, have a podman that will do, in 8 from dnf module enable container-tools; Docker comes from its own repository (https://docs.docker.com/engine/install)" ;;
    *) say "${name:-this distribution}: enable a repository of it that has a newer one, or upgrade it" ;;
  esac
}

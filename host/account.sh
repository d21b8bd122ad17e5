# The user that a service runs as which is no container, `account <name>` in its bundle. It is made with useradd, and is
# known to be ours by what stands where the full name of a person would. Not a user that systemd makes for each start
# (DynamicUser=): dbus-daemon asks the user data base for the groups of whoever calls, and refuses one that is not in it.

refuse_foreign_account() {
  account=$(header "$candidate" account)
  if [ -n "$account" ] && ! is_account_of_ours "$account" && getent passwd "$account" >/dev/null; then
    fail "there is already a user named $account that is not managed by Podwatch; rename or remove it first"
  fi
}

# It owns no file and needs no password, shell or home.
ensure_account() {
  if has_account; then
    return
  fi
  for tool in useradd userdel; do
    command -v "$tool" >/dev/null ||
      fail "the command $tool is not installed on this host (Debian's package passwd, elsewhere shadow-utils or shadow)"
  done
  account=$(header "$candidate" account)
  # What runs may then still be a number without a name.
  note_unproven
  report=$(useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
    --comment "${OWNER_MARK#\# }" "$account" 2>&1 9>&-) ||
    fail "the user $account, whom $service is to run as, cannot be made: $(say "$report" | tail -n 1)"
}

# Whether the host has the user that the candidate names.
has_account() {
  set -- "$(header "$candidate" account)"
  [ -z "$1" ] || is_account_of_ours "$1"
}

is_account_of_ours() {
  [ "$(getent passwd "$1" | cut -d : -f 5)" = "${OWNER_MARK#\# }" ]
}

# Not those of a directory service, which may know very many, and none that useradd has made.
local_accounts_of_ours() {
  getent -s files passwd |
    awk -F : -v mark="${OWNER_MARK#\# }" '$5 == mark && $1 ~ /^podwatch-/ { print $1 }'
}

# Users of ours that no service names any more. One that still runs something stays, for a later run.
drop_unused_accounts() {
  [ -z "$ROOTLESS" ] || return 0
  for account in $(local_accounts_of_ours); do
    if ! some_service_says -xF -e "account $account" && userdel "$account" >/dev/null 2>&1 9>&-; then
      # Where USERGROUPS_ENAB is off, the group would stay.
      ! getent group "$account" >/dev/null || groupdel "$account" >/dev/null 2>&1 9>&- || :
    fi
  done
}

# The system user of a native (non-container) service, `account <name>` in its bundle. It is created with useradd; its
# comment (GECOS) field marks it as ours. Not DynamicUser=: dbus-daemon looks up a caller's groups in the user database and
# refuses callers that are not in it.

refuse_foreign_account() {
  account=$(header "$candidate" account)
  if [ -n "$account" ] && ! is_account_of_ours "$account" && getent passwd "$account" >/dev/null; then
    fail "there is already a user named $account that is not managed by Podwatch; rename or remove it first"
  fi
}

# It owns no files and needs neither password, shell nor home.
ensure_account() {
  if has_account; then
    return
  fi
  for tool in useradd userdel; do
    command -v "$tool" >/dev/null ||
      fail "the command $tool is not installed on this host (Debian's package passwd, elsewhere shadow-utils or shadow)"
  done
  account=$(header "$candidate" account)
  # A process may still run under a UID that no longer has a name.
  note_unproven
  report=$(useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
    --comment "${OWNER_MARK#\# }" "$account" 2>&1 9>&-) ||
    fail "the user $account, whom $service is to run as, cannot be made: $(say "$report" | tail -n 1)"
}

# Whether the user that the candidate names exists.
has_account() {
  set -- "$(header "$candidate" account)"
  [ -z "$1" ] || is_account_of_ours "$1"
}

is_account_of_ours() {
  [ "$(getent passwd "$1" | cut -d : -f 5)" = "${OWNER_MARK#\# }" ]
}

# Local users only: a directory service may list very many, and useradd created none of them.
local_accounts_of_ours() {
  getent -s files passwd |
    awk -F : -v mark="${OWNER_MARK#\# }" '$5 == mark && $1 ~ /^podwatch-/ { print $1 }'
}

# Deletes our users that no service references any more. One that still has processes is left to a later run.
drop_unused_accounts() {
  [ -z "$ROOTLESS" ] || return 0
  for account in $(local_accounts_of_ours); do
    if ! some_service_says -xF -e "account $account" && userdel "$account" >/dev/null 2>&1 9>&-; then
      # With USERGROUPS_ENAB off, userdel leaves the group behind.
      ! getent group "$account" >/dev/null || groupdel "$account" >/dev/null 2>&1 9>&- || :
    fi
  done
}

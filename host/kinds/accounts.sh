# People who log in: `user <name> <shell> [<groups, with commas>]` in the bundle, files/keys/<name>, and files/sudoers for those who may do
# everything as root. An account that is there already stays as it is but for keys and rights; of its keys those between the lines
# `begin` and `end` are ours. What is in somebody's home is read and written as that user, never as root.
#
#   services/accounts/made    those that were made here
#   services/accounts/given   those that keys were given to

KINDS="$KINDS accounts"

readonly RIGHTS=/etc/sudoers.d/podwatch-accounts

accounts_is_found() {
  is_file_of_ours "$RIGHTS"
}

accounts_stranger() {
  if [ -e "$RIGHTS" ] && ! is_file_of_ours "$RIGHTS"; then
    say "there is already a file $RIGHTS that is not managed by Podwatch; rename or remove it first"
  fi
}

accounts_check() {
  for tool in useradd usermod userdel runuser; do
    command -v "$tool" >/dev/null ||
      fail "the command $tool is not installed on this host, and $(advice "$candidate" accounts) needs it"
  done
  header "$candidate" user | while read -r name shell groups; do
    check_account "$name" "$shell" "$groups"
  done || exit 1
  [ ! -e "$candidate/files/sudoers" ] || check_rights
}

# `check_account <name> <shell> <groups>`
check_account() {
  [ -x "$2" ] || fail "the shell $2 of $(advice "$candidate" "user-$1") is not on this host"
  for group in $(say "$3" | tr , ' '); do
    getent group "$group" >/dev/null || fail "the group $group of $(advice "$candidate" "user-$1") is not on this host"
  done
  getent passwd "$1" >/dev/null || return 0
  is_noted made "$1" || [ "$(id -u "$1")" -ge 1000 ] ||
    fail "$(advice "$candidate" "user-$1"): $1 is an account of the system on this host: give people accounts of other names"
  [ -d "$(home_of "$1")" ] || fail "the home directory $(home_of "$1") of $1, who has an account on this host already, is missing: make it, or write another name than $(advice "$candidate" "user-$1")"
  keys_of "$1" >"$home/candidate/keys" || fail "the keys of $1, who has an account on this host already, cannot be read: $(cat "$home/candidate/keys")"
  refuse_loose_markers "$home/candidate/keys" "$(home_of "$1")/.ssh/authorized_keys"
}

check_rights() {
  command -v visudo >/dev/null || fail "sudo is not installed on this host, and $(advice "$candidate" accounts) gives rights by it"
  report=$(visudo -c -f "$candidate/files/sudoers" 2>&1) ||
    fail "sudo refuses the rights of $(advice "$candidate" accounts): $(say "$report" | head -n 3)"
}

home_of() {
  getent passwd "$1" | cut -d : -f 6
}

# `as_user <name> <script>`: its argument is the home directory.
as_user() {
  runuser -u "$1" -- /bin/sh -c "$2" sh "$(home_of "$1")" 9>&-
}

keys_of() {
  # shellcheck disable=SC2016 # its own shell expands it
  as_user "$1" 'cd "$1" && if [ -e .ssh/authorized_keys ]; then cat .ssh/authorized_keys; fi' 2>&1
}

# On standard input: all keys of the user.
write_keys() {
  # shellcheck disable=SC2016 # its own shell expands it
  as_user "$1" 'umask 077 && cd "$1" && mkdir -p .ssh && cat >.ssh/.podwatch.new && mv -f .ssh/.podwatch.new .ssh/authorized_keys'
}

accounts_holds() {
  [ -z "$(accounts_drift)" ]
}

accounts_is_ready() {
  candidate=$home/current
  accounts_holds
}

accounts_drift() {
  for name in $(names_in "$candidate"); do
    if ! getent passwd "$name" >/dev/null; then
      say "user missing $name"
    elif [ "$(keys_of "$name" | piece_in "$candidate" -)" != "$(piece_of_keys "$candidate" "$name")" ]; then
      say "keys changed $name"
    fi
  done
  for name in $(noted given); do
    names_in "$candidate" | grep -qxF -e "$name" || say "user left $name"
  done
  if [ -e "$candidate/files/sudoers" ]; then
    cmp -s "$candidate/files/sudoers" "$RIGHTS" || say "file changed $RIGHTS"
  elif is_file_of_ours "$RIGHTS"; then
    say "file added $RIGHTS"
  fi
}

names_in() {
  header "$1" user | cut -d ' ' -f 1
}

piece_of_keys() {
  header "$1" begin
  cat "$1/files/keys/$2"
  header "$1" end
}

accounts_activate() {
  [ "$1" != updated ] || return 0
  report=$(bring_about 2>&1) || {
    # shellcheck disable=SC2034 # read by those who call
    reason="the accounts cannot be set up: $report"
    return 1
  }
}

# Rights go first and come last.
bring_about() {
  take_rights_of_others &&
    for name in $(noted given); do
      names_in "$release" | grep -qxF -e "$name" || withdraw "$release" "$name" || return 1
    done &&
    header "$release" user | {
      while read -r name shell groups; do
        make_account "$name" "$shell" "$groups" && give_keys "$name" || exit 1
      done
    } && give_rights
}

take_rights_of_others() {
  [ -e "$release/files/sudoers" ] || ! is_file_of_ours "$RIGHTS" || rm -f "$RIGHTS"
}

give_rights() {
  [ ! -e "$release/files/sudoers" ] ||
    { install -m 440 "$release/files/sudoers" "$RIGHTS.new" && mv "$RIGHTS.new" "$RIGHTS"; }
}

# `make_account <name> <shell> <groups>`: whoever comes back finds the files of before.
make_account() {
  if ! getent passwd "$1" >/dev/null; then
    note made "$1" || return 1
    number=$(stat -c %u "/home/$1" 2>/dev/null || :)
    [ -z "$number" ] || ! getent passwd "$number" >/dev/null || number=
    useradd --create-home --user-group --shell "$2" ${3:+--groups "$3"} ${number:+--uid "$number"} "$1" 9>&- || {
      forget_note made "$1"
      return 1
    }
  elif is_noted made "$1"; then
    usermod --expiredate '' --shell "$2" --groups "$3" "$1" 9>&-
  fi
}

give_keys() {
  note given "$1" && piece_of_keys "$release" "$1" | change_keys "$release" "$1"
}

# `change_keys <release> <name>`, our piece of them on standard input.
change_keys() {
  keys_of "$2" </dev/null >"$home/keys" && with_piece "$1" "$home/keys" >"$home/keys.new" &&
    write_keys "$2" <"$home/keys.new" && rm -f "$home/keys" "$home/keys.new"
}

# `withdraw <release> <name>`: the keys go; an account that was made here, too, unless somebody is logged in: that one ends with its next log-in.
withdraw() {
  if getent passwd "$2" >/dev/null; then
    change_keys "$1" "$2" </dev/null || return 1
    if is_noted made "$2" && ! delete_account "$2"; then
      usermod --expiredate 1 "$2" 9>&- || return 1
      forget_note given "$2"
      return
    fi
  fi
  forget_note given "$2" && forget_note made "$2"
}

# Who has left a moment ago has a service manager that is about to end.
delete_account() {
  has_session "$1" || loginctl terminate-user "$1" 2>/dev/null 9>&- || :
  for _ in 1 2 3 4 5; do
    ! userdel "$1" 2>/dev/null 9>&- || return 0
    ! has_session "$1" || return 1
    sleep 1
  done
  return 1
}

has_session() {
  for session in $(loginctl show-user "$1" --property=Sessions --value 2>/dev/null); do
    case $(loginctl show-session "$session" --property=Class --value 2>/dev/null) in
      manager* | '') ;;
      *) return 0 ;;
    esac
  done
  return 1
}

accounts_remove() {
  ! is_file_of_ours "$RIGHTS" || rm -f "$RIGHTS"
  for name in $(noted given); do
    report=$(withdraw "$home/current" "$name" 2>&1) || fail "the keys of $name cannot be taken away: $report"
  done
}

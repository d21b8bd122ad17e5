# The host's SSH server: a file of its configuration that is read before all others, and put there again at boot. Until a second log-in
# confirms it (confirm.sh), the one before comes back by itself. The server is reloaded, never restarted: who is logged in stays so.
#
# `effective <key> <value>` in the bundle: what the server has to take over, the value as a pattern; `log-in <user> key|password`: how
# deployments come.

KINDS="$KINDS sshd"

readonly SSHD=/etc/ssh
readonly SSHD_FILE=sshd_config.d/00-podwatch.conf

sshd_is_found() {
  is_unit_of_ours "podwatch-$service.service"
}

sshd_unit() {
  say "podwatch-$service.service"
}

sshd_guarded() {
  say sshd.conf
}

sshd_fit() {
  for tool in sshd systemd-run; do
    command -v "$tool" >/dev/null || fail "the command $tool is not installed on this host, and the settings of the SSH server need it"
  done
}

sshd_stranger() {
  if [ -e "$SSHD/$SSHD_FILE" ] && ! is_file_of_ours "$SSHD/$SSHD_FILE"; then
    say "there is already a file $SSHD/$SSHD_FILE that is not managed by Podwatch; rename or remove it first"
  fi
}

is_file_of_ours() {
  grep -qsF "$OWNER_MARK" "$1"
}

# The whole configuration, as it would be, is tried before anything is changed.
sshd_check() {
  trial=$home/candidate/trial
  mkdir -p "$trial/sshd_config.d" /run/sshd
  for file in "$SSHD"/sshd_config.d/*.conf; do
    [ ! -e "$file" ] || cp "$file" "$trial/sshd_config.d/"
  done
  cp "$candidate/files/sshd.conf" "$trial/$SSHD_FILE"
  sed "s,^\\([[:space:]]*[Ii]nclude[[:space:]=]*\\)\\($SSHD/\\)\\{0\\,1\\}sshd_config\\.d/,\\1$trial/sshd_config.d/," \
    "$SSHD/sshd_config" >"$trial/sshd_config"
  report=$(sshd -t -f "$trial/sshd_config" 2>&1) ||
    fail "the SSH server refuses its configuration; nothing was changed: $(say "$report" | head -n 3)"
  refuse_overridden
  refuse_deployers_exclusion
}

refuse_overridden() {
  found=$(sshd -T -f "$trial/sshd_config" 2>/dev/null) || found=$(sshd_as nobody 127.0.0.1)
  other=$(header "$candidate" effective | while read -r key value; do
    say "$found" | grep -qixE -e "$key $value" || say "$key"
  done)
  [ -z "$other" ] ||
    fail "the SSH server would not take over $(say "$other" | paste -s -d ' ' -) of podwatch:$service; nothing was changed: let $SSHD/sshd_config begin with the line \"Include $SSHD/sshd_config.d/*.conf\""
}

# How a deployment comes has to stay possible, whatever else the configuration has.
refuse_deployers_exclusion() {
  header "$candidate" log-in >"$trial/log-in"
  read -r user by <"$trial/log-in" || return 0
  address=$(log_in | cut -d ' ' -f 1)
  found=$(sshd_as "$user" "${address:-127.0.0.1}")
  case $by in
    key) wanted='pubkeyauthentication yes' ;;
    *) wanted='\(passwordauthentication\|kbdinteractiveauthentication\) yes' ;;
  esac
  say "$found" | grep -qix -e "$wanted" ||
    fail "the SSH server would not let $user in with a $by any more, as this deployment comes; nothing was changed: correct podwatch:$service, or $SSHD/sshd_config of this host"
}

# `sshd_as <user> <address>`: the configuration that holds for who comes so.
sshd_as() {
  sshd -T -f "$trial/sshd_config" -C "user=$1,host=$2,addr=$2" 2>/dev/null || :
}

sshd_holds() {
  has_units_of "$candidate" && systemctl --quiet is-active "$unit" &&
    cmp -s "$candidate/files/sshd.conf" "$home/confirmed" && cmp -s "$candidate/files/sshd.conf" "$SSHD/$SSHD_FILE"
}

sshd_activate() {
  [ "$1" != updated ] || return 0
  report=$({ await_confirmation && start_units && reload_sshd; } 2>&1) || {
    reason="the SSH server could not be reloaded: $report"
    return 1
  }
}

# For a moment it does not listen.
sshd_prove() {
  give_up=$(($(uptime_seconds) + 10))
  until sshd_listens; do
    [ "$(uptime_seconds)" -lt "$give_up" ] || {
      # shellcheck disable=SC2034 # read by those who call
      reason="the SSH server does not listen any more"
      return 1
    }
    sleep 1
  done
}

sshd_listens() {
  ! command -v ss >/dev/null || ss -H -l -t -n -p 2>/dev/null | grep -q '"\(sshd\|systemd\|init\)"'
}

sshd_is_ready() {
  cmp -s "$home/current/files/sshd.conf" "$SSHD/$SSHD_FILE" && sshd_listens
}

sshd_drift() {
  if [ ! -e "$SSHD/$SSHD_FILE" ]; then
    say "file missing $SSHD/$SSHD_FILE"
  elif ! cmp -s "$candidate/files/sshd.conf" "$SSHD/$SSHD_FILE"; then
    say "file changed $SSHD/$SSHD_FILE"
  fi
  [ ! -e "$home/unconfirmed" ] || say "file unconfirmed $SSHD/$SSHD_FILE"
}

# Called by the unit, which the server starts after: here it cannot be reloaded.
sshd_load() {
  file=$(in_force)
  if [ -n "$file" ]; then
    mkdir -p "$SSHD/sshd_config.d" && cp "$file" "$SSHD/$SSHD_FILE.new" && chmod 600 "$SSHD/$SSHD_FILE.new" &&
      mv "$SSHD/$SSHD_FILE.new" "$SSHD/$SSHD_FILE"
  else
    remove_sshd_file
  fi
}

remove_sshd_file() {
  ! is_file_of_ours "$SSHD/$SSHD_FILE" || rm -f "$SSHD/$SSHD_FILE"
}

sshd_take_back() {
  sshd_load
  reload_sshd
}

# One that is started for each connection reads its configuration by itself.
reload_sshd() {
  for each in ssh.service sshd.service; do
    if systemctl --quiet is-active "$each"; then
      timeout -k 5 60 systemctl reload "$each" 9>&-
      return
    fi
  done
  for each in ssh.socket sshd.socket; do
    ! systemctl --quiet is-active "$each" || return 0
  done
  say "no SSH server of systemd's runs on this host"
  return 1
}

sshd_remove() {
  forget_revert
  if is_file_of_ours "$SSHD/$SSHD_FILE"; then
    rm -f "$SSHD/$SSHD_FILE"
    reload_sshd >/dev/null 2>&1 || :
  fi
  remove_units
}

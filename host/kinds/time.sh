# The host's clock: `server <name>`, a line each, and `zone <name>` in the bundle. The servers are told to the time service that the host
# has, chrony or systemd-timesyncd, by a piece of its configuration between the lines `begin` and `end`: files/chrony, files/timesyncd.
#
#   services/time/zone    the time zone of before; what else is kept is that of a piece (fragment.sh)

KINDS="$KINDS time"

# How long servers may take to answer, in seconds.
readonly ANSWER_SECONDS=30

time_fit() {
  command -v timedatectl >/dev/null || fail "the command timedatectl is not installed on this host, and the settings of its clock need it"
}

time_check() {
  zone=$(header "$candidate" zone)
  [ -z "$zone" ] || [ -f "/usr/share/zoneinfo/$zone" ] ||
    fail "this host does not know the time zone $zone of $(advice "$candidate" zone): install its package tzdata (or tzdata-legacy), or write another zone"
  [ -n "$(header "$candidate" server)" ] || return 0
  [ -n "$(time_service)" ] ||
    fail "this host has neither chrony nor systemd-timesyncd, one of which $(advice "$candidate" servers) is for; nothing was changed: install one (apt-get install chrony), or remove the setting"
  refuse_loose_markers "$(time_file)"
}

# The unit of the time service that the host has.
time_service() {
  for each in chrony chronyd systemd-timesyncd; do
    if systemctl cat "$each.service" >/dev/null 2>&1; then
      say "$each.service"
      return
    fi
  done
}

time_program() {
  case $(time_service) in
    chron*) say chrony ;;
    *) say timesyncd ;;
  esac
}

# Where a piece goes: into a directory of the time service's, if it reads one, or else into its own file.
time_file() {
  if [ "$(time_program)" = timesyncd ]; then
    say /etc/systemd/timesyncd.conf.d/podwatch.conf
    return
  fi
  for file in /etc/chrony/chrony.conf /etc/chrony.conf; do
    if [ -e "$file" ]; then
      directory=$(sed -n 's/^[[:space:]]*confdir[[:space:]]\{1,\}\([^[:space:]]*\).*/\1/p' "$file" | head -n 1)
      say "${directory:+$directory/podwatch.conf}" | sed "s,^\$,$file,"
      return
    fi
  done
}

# `piece_of_time <release>`: as it is to be in the file; empty without servers.
piece_of_time() {
  [ -e "$1/files/$(time_program)" ] || return 0
  header "$1" begin
  cat "$1/files/$(time_program)"
  header "$1" end
}

time_holds() {
  [ -z "$(time_drift)" ]
}

time_drift() {
  place=$(cat "$home/place" 2>/dev/null || time_file)
  wanted=$(piece_of_time "$candidate")
  found=$(piece_in "$candidate" "$place" || :)
  if [ "$found" = "$wanted" ]; then
    [ -z "$wanted" ] || systemctl --quiet is-active "$(time_service)" || say "unit stopped $(time_service)"
  elif [ -z "$found" ]; then
    say "file missing $place"
  else
    say "file changed $place"
  fi
  zone=$(header "$candidate" zone)
  [ -z "$zone" ] || [ "$(zone_of_host)" = "$zone" ] || say "zone other $(zone_of_host)"
}

zone_of_host() {
  timedatectl show --property=Timezone --value 9>&-
}

time_activate() {
  [ "$1" != updated ] || return 0
  report=$({ tell_servers && set_zone; } 2>&1) || {
    reason="the clock cannot be set up: $report"
    return 1
  }
}

tell_servers() {
  piece=$(piece_of_time "$release")
  if [ -z "$piece" ]; then
    untell_servers "$release"
    return
  fi
  [ "$(cat "$home/place" 2>/dev/null || :)" = "$(time_file)" ] || untell_servers "$release" || return 1
  file=$(time_file)
  [ "$(piece_in "$release" "$file" || :)" != "$piece" ] || ! systemctl --quiet is-active "$(time_service)" || return 0
  # timesyncd reads it as a user of its own.
  (umask 022 && mkdir -p "${file%/*}" && put_piece "$file") && rm -rf "$home/before" &&
    systemctl --quiet enable "$(time_service)" && timeout -k 5 60 systemctl restart "$(time_service)" 9>&-
}

# `untell_servers <release>`: a file that has nothing else goes with the piece.
untell_servers() {
  [ -e "$home/place" ] || return 0
  file=$(cat "$home/place")
  cut_piece "$1" "$file" || return 1
  [ -s "$file" ] || rm -f "$file"
  rm -rf "$home/before" "$home/place" "$home/created"
  [ -z "$(time_service)" ] || timeout -k 5 60 systemctl try-restart "$(time_service)" 9>&-
}

set_zone() {
  zone=$(header "$release" zone)
  if [ -z "$zone" ]; then
    put_zone_back
  elif [ "$(zone_of_host)" != "$zone" ]; then
    { [ -e "$home/zone" ] || zone_of_host >"$home/zone"; } && timeout -k 5 60 timedatectl set-timezone "$zone" 9>&-
  fi
}

put_zone_back() {
  [ ! -s "$home/zone" ] || timeout -k 5 60 timedatectl set-timezone "$(cat "$home/zone")" 9>&- && rm -f "$home/zone"
}

time_prove() {
  [ -e "$release/files/chrony" ] || return 0
  give_up=$(($(uptime_seconds) + ANSWER_SECONDS))
  until has_time; do
    [ "$(uptime_seconds)" -lt "$give_up" ] || {
      # shellcheck disable=SC2034 # read by those who call
      reason="none of the servers of $(advice "$release" servers) ($(header "$release" server | paste -s -d ' ' -)) has answered $(time_service) within $ANSWER_SECONDS s; correct them, or let this host's UDP packets to their port 123 through"
      return 1
    }
    sleep 1
  done
}

# Whether one of the servers has answered. `reach` of chrony's says which of the last answers came.
has_time() {
  if [ "$(time_program)" = chrony ]; then
    timeout -k 5 10 chronyc -c -N sources 2>/dev/null 9>&- |
      awk -F , -v servers=" $(header "$release" server | paste -s -d ' ' -) " \
        'index(servers, " " $3 " ") && $6 != 0 { found = 1 } END { exit !found }'
  else
    timeout -k 5 10 timedatectl show-timesync --property=NTPMessage 2>/dev/null 9>&- | grep -q Stratum
  fi
}

time_is_ready() {
  [ ! -e "$home/current/files/chrony" ] || systemctl --quiet is-active "$(time_service)"
}

time_remove() {
  report=$({ untell_servers "$home/current" && put_zone_back; } 2>&1) || fail "the clock cannot be left as it was before: $report"
}

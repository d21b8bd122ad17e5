#!/bin/sh
# Lists what a deployment could leave on a host, one thing a line, sorted. Run on the host by the staging cycle, with
# the rights that the deployment has. Left out is what the system writes by itself, and what podman lists better.
set -eu
export LC_ALL=C

# find_in DEPTH DIRECTORY...: other programs' own places change at any time, so only so deep is looked into them.
find_in() {
  depth=$1
  shift
  for directory; do
    find "$directory" -xdev -maxdepth "$depth" \( -name .cache -o -name .ssh -o -name '.*hist*' -o -name .viminfo \
      -o -path '*/.local/share/containers' \) -prune -o -print 2>/dev/null | sed 's/^/file /' || :
  done
}

[ "$(id -u)" = 0 ] || export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"

# First all, then sorted: the end of a pipe would hide that something failed.
listing=$(
  # Before the files: the first call of podman makes directories in a user's home.
  if command -v podman >/dev/null; then
    podman ps --all --format 'container {{.Names}}'
    podman images --format 'image {{.Repository}}:{{.Tag}}'
    podman network ls --format 'network {{.Name}}'
    podman volume ls --format 'volume {{.Name}}'
    podman secret ls --format 'secret {{.Name}}'
  fi
  if [ "$(id -u)" = 0 ]; then
    units=--system
    ! command -v nft >/dev/null || nft list tables | sed -n '/podwatch/s/^table /firewall /p'
    find_in 9 /etc /usr/local
    find_in 1 /root /opt /srv /var/lib /var/spool
  else
    units=--user
    find_in 1 "$HOME" "$HOME/.local/share"
    find_in 9 "$HOME/.config"
  fi
  for directory in /tmp /var/tmp /home/*; do
    find "$directory" -maxdepth 2 -name '*podwatch*' 2>/dev/null | sed 's/^/file /' || :
  done
  systemctl "$units" list-unit-files --no-legend --no-pager | awk '$2 != "transient" { print "unit", $1 }'
  for user in /var/lib/systemd/linger/*; do [ ! -e "$user" ] || echo "linger ${user##*/}"; done
)
printf '%s\n' "$listing" | sort -u

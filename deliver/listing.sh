#!/bin/sh
# Lists what a deployment could leave on a host, one thing a line, sorted. Run on the host by the staging cycle, with
# the rights that the deployment has. Left out is what the system writes by itself, and what podman lists better.
set -eu
export LC_ALL=C

if [ "$(id -u)" = 0 ]; then
  directories='/etc /opt /root /srv /usr/local /var/lib /var/spool'
  units=--system
else
  directories=$HOME
  units=--user
  export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
fi

{
  for directory in $directories; do
    find "$directory" -xdev \( -name .cache -o -name .ssh -o -name '.*_history' -o -name .lesshst \
      -o -path '*/.local/share/containers' -o -path /var/lib/containers -o -path /var/lib/apt -o -path /var/lib/dpkg \
      -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/timesync -o -path /var/lib/private \) -prune \
      -o -print 2>/dev/null | sed 's/^/file /' || :
  done
  for directory in /tmp /var/tmp /home/*; do
    find "$directory" -maxdepth 2 -name '*podwatch*' 2>/dev/null | sed 's/^/file /' || :
  done
  systemctl "$units" list-unit-files --no-legend --no-pager | awk '$1 !~ /\.scope$/ { print "unit", $1 }'
  if command -v podman >/dev/null; then
    podman ps --all --format 'container {{.Names}}'
    podman images --format 'image {{.Repository}}:{{.Tag}}'
    podman network ls --format 'network {{.Name}}'
    podman volume ls --format 'volume {{.Name}}'
    podman secret ls --format 'secret {{.Name}}'
  fi
} | sort -u

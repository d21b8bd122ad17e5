# Sent before each of the floor's scripts: the least that has to be done on a host, in one SSH session, by somebody who
# knows exactly what is there and what is wanted. Nothing is checked, nothing can be taken back.
set -eu

home=/var/lib/podwatch/services

await() {
  for service in "$@"; do
    until podman exec --interactive "podwatch-$service" /bin/sh -s <"$home/$service/current/hooks/ready" >/dev/null 2>&1; do
      sleep 0.1
    done
  done
}

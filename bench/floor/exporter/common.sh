# Sent before each of the floor's scripts for a node exporter: the least that has to be done on a host, in one SSH session.
# The variables are those of `values` in bench/scale/beside.ts. Nothing is checked, nothing can be taken back.
set -eu

await() {
  until sh /var/lib/podwatch/services/node-exporter/current/hooks/ready; do sleep 0.1; done
}

#!/bin/bash
# Says what is missing before anything is made.

# command:package pairs, Debian's names.
readonly TOOLS='systemd-nspawn:systemd-container mmdebstrap:mmdebstrap ip:iproute2 unshare:util-linux nsenter:util-linux flock:util-linux ssh:openssh-client ssh-keygen:openssh-client openssl:openssl pgrep:procps'

check_machine() {
  require_root
  check_tools
  [ -n "$(cgroup_root)" ] || die "no cgroup v2 hierarchy is mounted on this machine: boot it with systemd.unified_cgroup_hierarchy=1"
  unshare --mount --propagation private true 2>/dev/null ||
    die "this machine lets root make no mount namespaces, so systemd-nspawn cannot run: use a virtual machine or a privileged container"
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null ||
    die "the kernel has no overlayfs, which the hosts' disks are made of: load the module overlay"
}

check_tools() {
  local pair missing=()
  for pair in $TOOLS; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  [ ${#missing[@]} -eq 0 ] ||
    die "packages are missing: apt-get install $(printf '%s\n' "${missing[@]}" | sort -u | paste -sd ' ')"
}

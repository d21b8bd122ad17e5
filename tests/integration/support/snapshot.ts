import { LISTED } from "./engine";
import type { LabHost } from "./lab";

/**
 * All that a deployment could leave on a host, one thing a line: files and directories, units, timers, containers,
 * images, networks, volumes, secrets, users and groups, lingering users.
 *
 * Left out: what the system writes by itself (logs, journal, caches, clocks) and the engine's own storage, whose contents
 * are listed by it.
 */
export async function snapshot(host: LabHost): Promise<string[]> {
  const output = await host.exec(`
    find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log \\
      -o -path /var/cache -o -path /var/lib/containers -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/systemd -o -path '/home/*/.local/share/containers' \\
      -o -path '/home/*/.ssh' -o -path '/home/*/.cache' \\) -prune -o -print | sed 's/^/file /'
    find /home -xdev \\( -path '/home/*/.local/share/containers' -o -path '/home/*/.ssh' -o -path '/home/*/.cache' \\) -prune -o -print | grep -v /.sudo_as_admin_successful | sed 's/^/home /'
    systemctl list-units --all --plain --no-legend --type service,timer,path,socket | awk '{ print "unit", $1 }' |
      grep -v -e '@' -e systemd- -e session- -e run- -e podman.service -e user-runtime -e polkit
    getent passwd | cut -d : -f 1 | sed 's/^/user /'
    getent group | cut -d : -f 1 | sed 's/^/group /'
    ls /var/lib/systemd/linger 2>/dev/null | sed 's/^/linger /'
    ls /tmp /var/tmp | grep -v -e systemd-private | sed 's/^/temporary /'
    ${LISTED}
  `);
  return [...new Set(output.split("\n").filter((line) => line !== ""))].sort();
}

/** The same of the podman of the user `rootless`. */
export async function rootlessSnapshot(host: LabHost): Promise<string[]> {
  const output = await host.execRootless(`
    podman ps --all --format 'container {{.Names}}'
    podman images --format 'image {{.Repository}}:{{.Tag}}'
    podman network ls --format 'network {{.Name}}'
    podman volume ls --format 'volume {{.Name}}'
    podman secret ls --format 'secret {{.Name}}'
    systemctl --user list-units --all --plain --no-legend --type service | awk '{ print "unit", $1 }' | grep podwatch
    find ~ -name '*podwatch*' | sed 's/^/file /'
  `);
  return output
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

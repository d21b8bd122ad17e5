import type { LabHost } from "./lab";

/**
 * Puts a server in the place of a host's SSH server that takes every connection and never says anything.
 *
 * @returns what ends that
 */
export async function silence(host: LabHost): Promise<() => Promise<void>> {
  await host.exec(`systemctl stop ssh.socket ssh.service
    systemd-run -q --unit=silent-server systemd-socket-activate -l 22 --inetd -a sleep 1000`);
  return async () => {
    await host.exec("systemctl stop silent-server; systemctl start ssh.service");
  };
}

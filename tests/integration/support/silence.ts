import { eventually, type LabHost } from "./lab";

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

const RUNNER_WORKS = "pgrep -f '[p]odwatch/runner' >/dev/null";
const SESSIONS = "'^sshd.*: operator'";

/**
 * Stops a host's SSH sessions while a deployment switches a service to a new release, and returns when the runner has
 * ended: nobody learns of it, since the host's kernel keeps the connections up. Earlier the runner might still have to
 * read what it is to apply.
 *
 * @returns what lets the sessions go on
 */
export async function freezeSessions(host: LabHost, service: string): Promise<() => Promise<void>> {
  // The host itself looks: it is a matter of a second.
  await host.exec(`
    for look in $(seq 1200); do
      [ ! -e /var/lib/podwatch/services/${service}/pending ] || exec pkill -STOP -f ${SESSIONS}
      sleep 0.05
    done
    exit 1`);
  const works = async () => (await host.tryExec(RUNNER_WORKS)).code;
  await eventually(60, works, (code) => code === 1);
  return async () => {
    await host.exec(`pkill -CONT -f ${SESSIONS}`);
  };
}

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
 * Stops a host's SSH sessions in the middle of a deployment, and returns when the runner has ended: nobody learns of it,
 * since the host's kernel keeps the connections up.
 *
 * @returns what lets the sessions go on
 */
export async function freezeSessions(host: LabHost): Promise<() => Promise<void>> {
  const ask = (script: string) => async () => (await host.tryExec(script)).code;
  await eventually(60, ask(`${RUNNER_WORKS} && pkill -STOP -f ${SESSIONS}`), (code) => code === 0);
  await eventually(60, ask(RUNNER_WORKS), (code) => code === 1);
  return async () => {
    await host.exec(`pkill -CONT -f ${SESSIONS}`);
  };
}

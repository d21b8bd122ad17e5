import { runnerInUnit } from "../../lib/runner";
import type { SshServer } from "../../lib/sshServer";
import { type Bundle, type Header, writeBundle } from "../bundle";
import { serializeUnit, UNIT_HEADER } from "./unit";

/** The words of sshd_config(5), and how `sshd -T` prints them where that differs. */
const ROOT: Readonly<Record<SshServer["rootLogIn"], readonly [word: string, printed: string]>> = {
  no: ["no", "no"],
  keys: ["prohibit-password", "(prohibit|without)-password"],
  passwords: ["yes", "yes"],
};

/** The bundle of a file of the SSH server's configuration. */
export function sshServerBundle(server: SshServer): Bundle {
  const { name, deployer, confirmWithin, rootLogIn } = server;
  const headers: Header[] = [
    ["kind", "sshd"],
    ["confirm-within", String(confirmWithin)],
    ...options(server).map(
      ([key, value]): Header => [
        "effective",
        `${key.toLowerCase()} ${key === "PermitRootLogin" ? ROOT[rootLogIn][1] : value}`,
      ],
    ),
    ...(deployer === undefined ? [] : [["log-in", `${deployer.user} ${deployer.by}`] satisfies Header]),
  ];
  return writeBundle(name, headers, [
    ["files/sshd.conf", configuration(server)],
    ["unit/podwatch-ssh.service", unit(server)],
  ]);
}

/** What holds for everybody. The first value of a keyword wins, so these do, since the file is the first. */
function options(server: SshServer): ReadonlyArray<readonly [key: string, value: string]> {
  const { passwords, rootLogIn, maxAuthTries, loginGraceTime, forwarding } = server;
  return [
    ["PubkeyAuthentication", "yes"],
    ["PasswordAuthentication", passwords ? "yes" : "no"],
    ...(passwords ? [] : [["KbdInteractiveAuthentication", "no"] as const]),
    ["PermitEmptyPasswords", "no"],
    ["PermitRootLogin", ROOT[rootLogIn][0]],
    ["MaxAuthTries", String(maxAuthTries)],
    ["LoginGraceTime", String(loginGraceTime)],
    ["AllowAgentForwarding", "no"],
    ["AllowStreamLocalForwarding", "no"],
    ["AllowTcpForwarding", forwarding ? "local" : "no"],
    ["PermitTunnel", "no"],
    ["X11Forwarding", "no"],
  ];
}

/** The commands that look after a host reach its front through SSH, at an address of the host's own. */
function configuration(server: SshServer): string {
  const { allowUsers, forwarding, deployer } = server;
  const lines = [
    ...options(server).map(([key, value]) => `${key} ${value}`),
    ...(allowUsers.length === 0 ? [] : [`AllowUsers ${allowUsers.join(" ")}`]),
    ...(forwarding || deployer === undefined
      ? []
      : [`Match User ${deployer.user}`, "  AllowTcpForwarding local"]),
  ];
  return `${UNIT_HEADER}\n${lines.join("\n")}\n`;
}

/** The file of before is put back at boot if nobody confirmed the new one. */
function unit({ name }: SshServer): string {
  const load = runnerInUnit("rootful", ["load", name]);
  return serializeUnit([
    [
      "Unit",
      [
        ["Description", "Configuration of the SSH server by Podwatch"],
        ["RequiresMountsFor", "/var/lib/podwatch"],
        ["Before", "ssh.service sshd.service ssh.socket sshd.socket"],
        ["DefaultDependencies", "no"],
        ["Conflicts", "shutdown.target"],
        ["After", "local-fs.target"],
      ],
    ],
    [
      "Service",
      [
        ["Type", "oneshot"],
        ["RemainAfterExit", "yes"],
        ["ExecStart", load],
      ],
    ],
    ["Install", [["WantedBy", "sysinit.target"]]],
  ]);
}

import * as pulumi from "@pulumi/pulumi";
import { isLocal } from "../../config/schema";
import { READ_ADDRESSES, refusedAddress } from "../../lib/hostAddresses";
import { isInstalled } from "../../lib/runner";
import { runOnHost } from "../../session/login";
import type { Outcome } from "../../session/session";
import { thisMachine } from "../../session/thisMachine";
import type { Entrance } from "./access";
import { unlessInterrupted } from "./interruption";

/**
 * A hook that logs in to a host, or looks at this machine, before anything is done there, once in each run that changes it.
 *
 * It says clearly what is wrong where the command provider is terse, and gives up on a server that takes the
 * connection and never answers, on which the provider would wait for ever.
 */
export function preflightHook(entrance: Entrance): pulumi.ResourceHook {
  let gate: Promise<void> | undefined;
  let outcome: Promise<void> | undefined;
  const look = (wanted: { withRunner: boolean }) =>
    unlessInterrupted(
      checkEntrance(entrance, wanted),
      `host ${entrance.name}: interrupted before anything was changed there`,
    );
  return new pulumi.ResourceHook(`${entrance.name}-preflight`, ({ name }) => {
    if (GATE.test(name)) {
      gate ??= look({ withRunner: false });
      return gate;
    }
    outcome ??= INSTALLS_RUNNER.test(name)
      ? (gate ?? look({ withRunner: false }))
      : look({ withRunner: true });
    return outcome;
  });
}

/** The command that comes before all others, and says nothing of what has been installed. */
const GATE = /-runner-gate$/;

/** The commands that may find a host without a runner; for all others they have put it there already. */
const INSTALLS_RUNNER = /-runner(-bundle)?$/;

/** Exit code for a host that has no runner. */
const NO_RUNNER = 44;

/** How far a host's clock may be off before somebody is told, in seconds; Grafana and Prometheus complain from 30 on. */
const CLOCK_TOLERANCE = 30;

async function checkEntrance(
  { name, connection, sudo, scope, pings = false, addressNeeds = [] }: Entrance,
  { withRunner }: { withRunner: boolean },
): Promise<void> {
  const { script, input, refusal } = await sudoCheck(sudo, connection.user);
  try {
    const asked = Date.now();
    const { code, stdout, stderr } = await ask(
      connection,
      `date +%s; ${pings ? `${READ_PING_GROUPS}; ` : ""}${addressNeeds.length > 0 ? `${READ_ADDRESSES}; ` : ""}${withRunner ? `${script} && { ${isInstalled(scope)} || exit ${NO_RUNNER}; }` : script}`,
      input,
    );
    if (code === NO_RUNNER) {
      throw new Error(
        "Podwatch is gone from this host; whether it was reinstalled or only lost the runner's files, deploy afresh with: pulumi up --replace '**-runner*'",
      );
    }
    if (code !== 0) {
      throw new Error(refusal(stderr.trim().split("\n").at(-1) ?? ""));
    }
    const refused = (pings ? refusedPings(stdout) : undefined) ?? refusedAddress(addressNeeds, stdout);
    if (refused !== undefined) {
      throw new Error(refused);
    }
    const off = secondsOff(stdout, asked, Date.now());
    if (off !== 0) {
      await pulumi.log.warn(clockWarning(name, off));
    }
  } catch (error) {
    throw new Error(`host ${name}: ${(error as Error).message}`);
  }
}

/** The groups whose members may send pings, ip(7)'s `ping_group_range`, and the one that the user's processes have. */
const READ_PING_GROUPS = 'echo "pings $(cat /proc/sys/net/ipv4/ping_group_range) $(id -g)"';

/** Why the user cannot send pings, if so; where the kernel does not say, he may try. */
function refusedPings(read: string): string | undefined {
  const [, first, last, own] = /^pings (\d+)\s+(\d+)\s+(\d+)$/m.exec(read) ?? [];
  if (own === undefined || (Number(first) <= Number(own) && Number(own) <= Number(last))) {
    return undefined;
  }
  return (
    `without root, its user may not send pings (net.ipv4.ping_group_range is ${first} ${last}, and his group ${own}), so targets that are probed ` +
    `by icmp would always be down; let root allow it with sysctl -w net.ipv4.ping_group_range="0 2147483647" and a file in ` +
    "/etc/sysctl.d, or remove these targets from blackboxExporter.targets"
  );
}

/** By how much a clock is ahead, or behind if negative, that was read between two moments; 0 where that is tolerable. */
function secondsOff(read: string, notBefore: number, notAfter: number): number {
  const time = /^\d+$/m.exec(read)?.[0];
  if (time === undefined) {
    return 0;
  }
  const ahead = Number(time) - notAfter / 1000;
  const behind = notBefore / 1000 - Number(time);
  return ahead > CLOCK_TOLERANCE ? Math.round(ahead) : behind > CLOCK_TOLERANCE ? -Math.round(behind) : 0;
}

function clockWarning(name: string, off: number): string {
  return (
    `host ${name}: its clock is ${Math.abs(off)} s ${off > 0 ? "ahead of" : "behind"} this machine's. Dashboards show data at wrong ` +
    "times, certificates may count as expired or not yet valid, and once the clock is set back Prometheus refuses samples until it " +
    "has caught up; let it be set by NTP (timedatectl set-ntp true) before more data are kept"
  );
}

async function ask(connection: Entrance["connection"], script: string, input: string): Promise<Outcome> {
  if (isLocal(connection)) {
    return thisMachine().run(script, { input });
  }
  const { proxy, ...server } = await known(connection);
  return runOnHost(server, proxy, script, input);
}

interface SudoCheck {
  readonly script: string;
  readonly input: string;
  readonly refusal: (reason: string) => string;
}

async function sudoCheck(sudo: Entrance["sudo"], user: string): Promise<SudoCheck> {
  if (sudo === "none") {
    return { script: "true", input: "", refusal: (reason) => `${user} cannot run commands (${reason})` };
  }
  if (sudo === "passwordless") {
    return {
      script: "sudo -n true",
      input: "",
      refusal: (reason) =>
        `sudo does not let ${user} in without a password (${reason}); set becomePassword, allow ${user} sudo without a ` +
        "password, or set become: false",
    };
  }
  return {
    script: "sudo -k -S -p '' true",
    input: `${await known(sudo.password)}\n`,
    refusal: (reason) =>
      `sudo does not accept becomePassword for ${user} (${reason}); correct it with pulumi config set --secret, or ` +
      "remove it if sudo asks for none",
  };
}

function known<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(value).apply(resolve);
  });
}

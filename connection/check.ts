// What is asked of a host before anything is changed there, and what its answers mean.

import type { Program } from "../lib/handOver";
import { type AddressNeed, READ_ADDRESSES, refusedAddress } from "../lib/hostAddresses";
import { isInstalled } from "../lib/runner";
import type { Connection } from "./connection";
import { visit } from "./enter";
import { leave } from "./handOver";
import type { Run } from "./ssh";
import { sudoRefusal, sudoScript } from "./sudo";
import { type Wait, whenItAnswers } from "./wait";

/** Exit code for a host that has no runner. */
const NO_RUNNER = 44;

/** Exit code for a user without a home directory of his own. */
const NO_HOME = 47;

const READ_HOME = 'echo "home $HOME"';

/** Whether there is a place for what is handed over: a link, or a file system that is read-only, counts as what it is. */
const IS_HOME_WRITABLE =
  'd="$HOME/.podwatch"; [ -d "$d" ] || d=$HOME; [ -d "$d" ] && [ -w "$d" ] && [ -x "$d" ]';

/** How far a host's clock may be off before somebody is told, in seconds; Grafana and Prometheus complain from 30 on. */
const CLOCK_TOLERANCE = 30;

/** What is looked at on a host besides the rights there. */
export interface Checks {
  /** Whether the login user has to send pings from there. */
  readonly pings?: boolean | undefined;
  /** What is needed of the host's own addresses. */
  readonly addressNeeds?: readonly AddressNeed[] | undefined;
  /** Given for a host that may still be being made. */
  readonly wait?: Wait | undefined;
  /** Whether the runner has to be there already. */
  readonly withRunner: boolean;
  /** What is left there for a command that will run it, once all else is as it should be; default: nothing. */
  readonly handsOver?: Program | undefined;
}

/**
 * Logs in to a host and makes sure that commands will get through.
 *
 * @returns what is worth a warning
 * @throws Error that says in one line what is wrong with the host, and what to do
 */
export async function checkHost(connection: Connection, checks: Checks): Promise<string | undefined> {
  const { wait, handsOver } = checks;
  try {
    return await whenItAnswers(
      () =>
        visit(connection, async (run) => {
          const warning = await look(run, connection, checks);
          if (handsOver !== undefined) await leave(run, handsOver, connection.route.user);
          return warning;
        }),
      wait,
    );
  } catch (error) {
    throw new Error(`host ${connection.name}: ${(error as Error).message}`);
  }
}

async function look(run: Run, connection: Connection, checks: Checks): Promise<string | undefined> {
  const { name, route, rights, scope, sudoPassword = "" } = connection;
  const { pings = false, addressNeeds = [], withRunner } = checks;
  const { user = "root" } = route;
  const withPassword = rights === "sudo-with-password";
  const input = withPassword ? `${sudoPassword}\n` : "";
  const script = [
    "date +%s",
    READ_HOME,
    ...(pings ? [READ_PING_GROUPS] : []),
    ...(addressNeeds.length > 0 ? [READ_ADDRESSES] : []),
    ...(withRunner ? [`{ ${isInstalled(scope)} || exit ${NO_RUNNER}; }`] : []),
    ...(withRunner && scope === "rootful" && !withPassword
      ? []
      : [`{ ${IS_HOME_WRITABLE} || exit ${NO_HOME}; }`]),
    rights === "own" ? "true" : sudoScript(withPassword, withRunner),
  ].join("; ");
  const asked = Date.now();
  const { code, stdout, stderr } = await run(script, input);
  const home = /^home (.*)$/m.exec(stdout)?.[1] ?? "";
  if (code === NO_RUNNER) {
    throw new Error(
      "Podwatch is gone from this host; whether it was reinstalled or only lost the runner's files, deploy again with: pulumi up --replace '**-runner*'",
    );
  }
  if (code === NO_HOME) {
    throw new Error(
      `the home directory of ${user}, ${home}, is missing or cannot be written to; Podwatch puts there what root runs. ` +
        `Let root make it (mkhomedir_helper ${user}), give it to ${user}, or mount it read-write`,
    );
  }
  if (code !== 0) {
    throw new Error(
      rights === "own"
        ? `${user} cannot run commands (${stderr.trim().split("\n").at(-1) ?? ""})`
        : sudoRefusal({ user, home, withPassword }, code, stderr),
    );
  }
  const refused = (pings ? refusedPings(stdout) : undefined) ?? refusedAddress(addressNeeds, stdout);
  if (refused !== undefined) {
    throw new Error(refused);
  }
  const off = secondsOff(stdout, asked, Date.now());
  return off === 0 ? undefined : clockWarning(name, off);
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
    `without root, its user may not send pings (net.ipv4.ping_group_range is ${first} ${last}, and their group ${own}), so targets that are probed ` +
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

import type { Arguments } from "./arguments";
import { drift } from "./drift";
import { logs } from "./logs";
import type { Report } from "./outcome";
import { exportStack } from "./pulumi";
import { repair } from "./repair";
import { type DeployedHost, readState } from "./state";
import { status } from "./status";
import { verify } from "./verify";

/** How long a host may take to answer, and each check of `verify` to succeed, unless `--timeout` says otherwise; in seconds. */
const ANSWER_WITHIN = 60;

/** A command returns the exit code. */
export const COMMANDS: Readonly<Record<string, (args: Arguments) => Promise<number>>> = {
  status: async (args) => print(args, await status(await hosts(args), args.timeout ?? ANSWER_WITHIN)),
  verify: async (args) => print(args, await verify(await hosts(args), args.timeout ?? ANSWER_WITHIN)),
  drift: async (args) => print(args, await drift(await hosts(args), args.timeout ?? ANSWER_WITHIN)),
  repair: async (args) => print(args, await repair(await hosts(args))),
  logs: async (args) => logs(await hosts(args), args),
  backup: async (args) => {
    const to = needed(args.to, "--to", "the directory to write to");
    // Loaded only here: what checks a manifest takes its time.
    const { backup } = await import("./backup");
    return print(args, await backup(await hosts(args), to, args.service));
  },
  restore: async (args) => {
    const from = needed(args.from, "--from", "the directory of a backup");
    const { restore } = await import("./restore");
    return print(args, await restore(await hosts(args), { ...args, from }));
  },
};

/** The hosts of the stack, or the one that `--host` names. */
async function hosts({ stack, host }: Arguments): Promise<DeployedHost[]> {
  const all = readState(await exportStack(stack), stack ?? "");
  const chosen = all.filter(({ name }) => host === undefined || name === host);
  if (chosen.length === 0) {
    const names = all.map(({ name }) => name).join(", ");
    throw new Error(`the stack has no host ${JSON.stringify(host)}: use ${names}`);
  }
  return chosen;
}

function needed(value: string | undefined, name: string, what: string): string {
  if (value === undefined) {
    throw new Error(`${name} is missing: name ${what}`);
  }
  return value;
}

function print({ json }: Arguments, report: Report): number {
  process.stdout.write(json ? `${JSON.stringify(report.json, null, 2)}\n` : report.text);
  return report.exitCode;
}

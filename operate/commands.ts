import { sudoersLines } from "../connection/sudo";
import type { Arguments, Option } from "./arguments";
import { drift } from "./drift";
import { FLEET_COMMANDS, fleet } from "./fleet";
import { logs } from "./logs";
import type { Report } from "./outcome";
import { exportStack } from "./pulumi";
import { repair } from "./repair";
import { rollOut } from "./rollout";
import { logInTo } from "./ssh";
import { type DeployedHost, readState } from "./state";
import { status } from "./status";
import { verify } from "./verify";

/** How long a host may take to answer, and each check of `verify` to succeed, unless `--timeout` says otherwise; in seconds. */
const ANSWER_WITHIN = 60;

export interface Command {
  /** Its purpose, for `--help`. */
  readonly about: string;
  /** The options that it takes, in the order in which `--help` lists them. */
  readonly takes: readonly Option[];
  /** What follows the options, for `--help`; absent: nothing may. */
  readonly words?: string;
  /** What stands before the options, for `--help`; absent: nothing may. */
  readonly begins?: string;
  /** @returns the exit code */
  run(args: Arguments): Promise<number>;
}

/** Options of every command. */
const WHERE = ["stack", "host"] as const;

/** Options of those that run the Pulumi CLI; `--host` may name several. */
const DEPLOY = ["stack", "host", "config-file"] as const;

/** The commands, each an npm script of the same name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  up: {
    about: "pulumi up; of some hosts only, or of one after another",
    takes: [...DEPLOY, "rolling", "size", "pause", "no-verify", "timeout", "yes", "diff"],
    run: (args) => rollOut("up", args),
  },
  preview: {
    about: "pulumi preview; of some hosts only",
    takes: [...DEPLOY, "diff"],
    run: (args) => rollOut("preview", args),
  },
  destroy: {
    about: "pulumi destroy; of some hosts only",
    takes: [...DEPLOY, "yes"],
    run: (args) => rollOut("destroy", args),
  },
  status: {
    about: "every service on every host; exit code 3 when one is not active or not ready",
    takes: [...WHERE, "json", "timeout"],
    run: async (args) => print(args, await status(await hosts(args), args.timeout ?? ANSWER_WITHIN)),
  },
  verify: {
    about: "end-to-end checks through the front, and those of the stack file; exit code 3 when a check fails",
    takes: [...WHERE, "json", "junit", "timeout"],
    run: async (args) => {
      const { timeout: seconds = ANSWER_WITHIN, junit } = args;
      const stack = await allHosts(args);
      return print(args, await verify(choose(stack, args), { stack, seconds, junit }));
    },
  },
  drift: {
    about: "differences between the hosts and what was applied; exit code 2 when there are some",
    takes: [...WHERE, "json", "timeout"],
    run: async (args) => print(args, await drift(await hosts(args), args.timeout ?? ANSWER_WITHIN)),
  },
  repair: {
    about: "applies again what differs, and only that",
    takes: [...WHERE, "json"],
    run: async (args) => print(args, await repair(await hosts(args))),
  },
  logs: {
    about: "the last lines of each service, and of systemd about it",
    takes: [...WHERE, "service", "follow", "lines"],
    run: async (args) => logs(await hosts(args), args),
  },
  ssh: {
    about: "logs in to a host, or runs a command there whose exit code it ends with",
    takes: ["stack"],
    words: "HOST [COMMAND [ARGUMENT...]]",
    run: async (args) => {
      const [host, ...command] = args.words ?? [];
      const named = needed(host, "HOST", "a host of the stack, and perhaps a command");
      const [deployed] = await hosts({ ...args, host: named });
      return logInTo(deployed as DeployedHost, command);
    },
  },
  backup: {
    about: "one archive for each data volume, and a manifest",
    takes: [...WHERE, "service", "to", "json"],
    run: async (args) => {
      const to = needed(args.to, "--to", "the directory to write to");
      // Loaded only here, since validation of manifests is slow to load.
      const { backup } = await import("./backup");
      return print(args, await backup(await hosts(args), to, args.service));
    },
  },
  backups: {
    about: "the backups that hosts made by themselves",
    takes: [...WHERE, "json"],
    run: async (args) => {
      const { backups } = await import("./saved");
      return print(args, await backups(await hosts(args)));
    },
  },
  restore: {
    about: "replaces the data on a host by those of a backup",
    takes: [...WHERE, "service", "from", "snapshot", "from-host", "force", "json"],
    run: async (args) => {
      const { snapshot } = args;
      if (snapshot !== undefined) {
        if (args.from !== undefined) throw new Error("--from and --snapshot name two backups: leave out one");
        const { restoreSaved } = await import("./saved");
        const all = await allHosts(args);
        const chosen = choose(all, args);
        return print(args, await restoreSaved(chosen, all, { ...args, snapshot }));
      }
      const from = needed(args.from, "--from", "the directory of a backup");
      const { restore } = await import("./restore");
      return print(args, await restore(await hosts(args), { ...args, from }));
    },
  },
  fleet: {
    about: `${FLEET_COMMANDS.join(", ")} of many stacks, with one summary`,
    takes: ["stacks", "parallel", "keep-going", "config-file", "yes", "diff", "json"],
    begins: "COMMAND",
    run: (args) => fleet(args.words?.[0], args),
  },
  settings: {
    about: "every setting of a host, and where it comes from: default, preset, stack, group or host",
    takes: ["stack", "host", "config-file", "json"],
    run: async (args) => {
      // Loaded only here, since checking a stack file takes long to load.
      const { settings } = await import("./settings");
      return print(args, await settings(args));
    },
  },
  sudoers: {
    about: "prints the minimal sudoers lines for this version of Podwatch",
    takes: ["user", "home"],
    run: async ({ user, home }) => {
      const name = needed(user, "--user", "the login user of the stack file");
      process.stdout.write(sudoersLines(name, home ?? `/home/${name}`));
      return 0;
    },
  },
};

async function allHosts({ stack }: Arguments): Promise<DeployedHost[]> {
  return readState(await exportStack(stack), stack ?? "");
}

/** The hosts of the stack, or the one that `--host` names. */
async function hosts(args: Arguments): Promise<DeployedHost[]> {
  return choose(await allHosts(args), args);
}

function choose(all: readonly DeployedHost[], { host }: Arguments): DeployedHost[] {
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

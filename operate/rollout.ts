// `pulumi up`, `preview` and `destroy` for some hosts of a stack, together or one after another.
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pass } from "node:timers/promises";
import { parse } from "yaml";
import type { Arguments } from "./arguments";
import { askPulumi, CONTINUE, exportStack, mendState, runPulumi } from "./pulumi";
import { readResources } from "./resources";
import { readState } from "./state";
import { previewed, type Targets, targetsOf } from "./targets";
import { verify } from "./verify";

export type Action = "up" | "preview" | "destroy";

/** @returns the exit code */
export async function rollOut(action: Action, args: Arguments): Promise<number> {
  const { rolling, size = 1, pause = 0 } = args;
  if (!rolling && (args.size ?? args.pause ?? args.noVerify) !== undefined)
    throw new Error("--size, --pause and --no-verify say how to go from host to host: add --rolling");
  const place = [
    ...(args.stack === undefined ? [] : ["--stack", args.stack]),
    ...(args.configFile === undefined ? [] : ["--config-file", args.configFile]),
  ];
  const change = async (only: readonly string[]) => {
    const code = await runPulumi([action, ...place, ...options(action, args), ...only]);
    if (code !== 0 && action !== "preview") await mendState(args.stack);
    return code;
  };
  if (args.host === undefined && !rolling) return change([]);

  const targets = await find(action, place, args.stack);
  const chosen = choose(args, Object.keys(targets.hosts));
  const batches = rolling ? inBatches(chosen, size) : [chosen];
  for (const [index, batch] of batches.entries()) {
    if (index > 0 && pause > 0) {
      say(`waiting ${pause} s`);
      await pass(pause * 1000);
    }
    say(`${action} of ${batch.join(", ")}${rolling ? ` (${index + 1} of ${batches.length})` : ""}`);
    const all = batch.length === Object.keys(targets.hosts).length;
    const failed = await change(all ? [] : targeted(action, batch, targets));
    const wrong = failed !== 0 || (rolling && !args.noVerify && !(await works(batch, args)));
    if (wrong) {
      stopped(action, args, batches, index, failed === 0 ? "verify" : action);
      return failed === 0 ? 3 : failed;
    }
  }
  if (action === "up") tellOfOthers(chosen, targets);
  return 0;
}

function options(action: Action, { yes, diff }: Arguments): string[] {
  const changes = action === "preview" ? [] : [CONTINUE, ...(yes ? ["--yes"] : [])];
  return [...changes, ...(diff ? ["--diff"] : [])];
}

/** What is there, and what is to be made, which is known only to a preview; it contacts no host, and leaves out what stays. */
async function find(action: Action, place: readonly string[], stack: string | undefined): Promise<Targets> {
  const made = readResources(await exportStack(stack));
  if (action === "destroy") return targetsOf(made);
  const seen = previewed(await askPulumi(["preview", ...place, "--json", "--non-interactive"], true));
  const urns = new Set(seen.map(({ urn }) => urn));
  return targetsOf([...made.filter(({ urn }) => !urns.has(urn)), ...seen]);
}

function targeted(action: Action, batch: readonly string[], { hosts, shared }: Targets): string[] {
  const own = batch.flatMap((host) => hosts[host] ?? []);
  const urns = action === "destroy" ? own : [...shared, ...own];
  return [
    ...urns.flatMap((urn) => ["--target", urn]),
    ...(action === "destroy" ? ["--target-dependents"] : []),
  ];
}

/** The hosts that `--host` names, in its order; else all, in the order of the stack file. */
function choose({ host, stack, configFile }: Arguments, known: readonly string[]): string[] {
  const wanted = host?.split(",").map((name) => name.trim());
  if (wanted === undefined) {
    const order = fileOrder(configFile ?? `Pulumi.${stack?.split("/").at(-1)}.yaml`);
    const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    return [...known].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  }
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new Error(`the stack has no host ${JSON.stringify(strange)}: use ${[...known].sort().join(", ")}`);
  return [...new Set(wanted)];
}

function fileOrder(path: string): string[] {
  if (!existsSync(path)) return [];
  const file = parse(readFileSync(path, "utf8")) as { config?: Record<string, unknown> } | null;
  return Object.keys((file?.config?.["podwatch:hosts"] as object | undefined) ?? {});
}

function inBatches(hosts: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(hosts.length / size) }, (_, index) =>
    hosts.slice(index * size, (index + 1) * size),
  );
}

/** Whether what has just been deployed works, end to end. */
async function works(batch: readonly string[], { stack, timeout = 60 }: Arguments): Promise<boolean> {
  const deployed = readState(await exportStack(stack), stack ?? "");
  const { text, exitCode } = await verify(
    deployed.filter(({ name }) => batch.includes(name)),
    { stack: deployed, seconds: timeout },
  );
  process.stdout.write(text);
  return exitCode === 0;
}

function stopped(
  action: Action,
  { stack }: Arguments,
  batches: ReadonlyArray<readonly string[]>,
  at: number,
  what: string,
): void {
  const [done, left] = [batches.slice(0, at).flat(), batches.slice(at + 1).flat()];
  const failed = batches[at] ?? [];
  say(`${what} of ${failed.join(", ")} failed: stopped`);
  if (batches.length === 1) return;
  say(`done: ${done.join(", ") || "none"}; not touched: ${left.join(", ") || "none"}`);
  const again = [...failed, ...left].join(",");
  say(
    `to go on: npm run ${action} -- ${stack === undefined ? "" : `--stack ${stack} `}--rolling --host ${again}`,
  );
}

function tellOfOthers(chosen: readonly string[], { changes }: Targets): void {
  const others = Object.entries(changes).filter(([host]) => !chosen.includes(host));
  if (others.length === 0) return;
  say(
    `other hosts differ from the stack file: ${others.map(([host, count]) => `${host} (${count})`).join(", ")}`,
  );
}

/** Beside what the CLI prints. */
function say(text: string): void {
  process.stderr.write(`podwatch: ${text}\n`);
}

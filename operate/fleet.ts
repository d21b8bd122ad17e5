// One command for many stacks: each is a process of its own, so many at a time, and one summary at the end.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Arguments, Option } from "./arguments";
import { askPulumi } from "./pulumi";
import { table } from "./table";

/** The commands that may be run for many stacks, with the options that each takes over. */
const COMMANDS = {
  up: ["yes", "diff", "config-file"],
  preview: ["diff", "config-file"],
  destroy: ["yes", "config-file"],
  status: [],
  verify: [],
  drift: [],
} as const satisfies Readonly<Record<string, readonly Option[]>>;

type FleetCommand = keyof typeof COMMANDS;
export const FLEET_COMMANDS = Object.keys(COMMANDS) as FleetCommand[];

const takes = (command: FleetCommand, option: Option) =>
  (COMMANDS[command] as readonly Option[]).includes(option);

/** How many at a time, unless told otherwise: each has an engine and a language host of Pulumi's. */
const AT_ONCE = 4;

interface Outcome {
  /** Absent: it has not begun. */
  readonly exitCode?: number;
  readonly seconds?: number;
  /** What Pulumi counted, such as `3 created`. */
  readonly changes?: readonly string[];
}

/** @returns the highest of the exit codes */
export async function fleet(word: string | undefined, args: Arguments): Promise<number> {
  const command = FLEET_COMMANDS.find((one) => one === word);
  if (command === undefined)
    throw new Error(
      `fleet runs ${word === undefined ? "no command" : JSON.stringify(word)}: write one of ${FLEET_COMMANDS.join(", ")}`,
    );
  if (takes(command, "yes") && !args.yes)
    throw new Error(
      `fleet cannot ask for each stack: look at npm run fleet -- ${command === "up" ? "preview" : "status"}, then add --yes`,
    );
  if (args.stacks === undefined)
    throw new Error("--stacks is missing: name stacks, with commas between them; * stands for any letters");
  if (args.configFile?.includes("*") === false)
    throw new Error(
      `--config-file ${JSON.stringify(args.configFile)} would be that of every stack: write * where the name of the stack stands, such as stacks/*.yaml`,
    );
  const stacks = chosen(args.stacks, await known());
  const outcomes = await runAll(command, stacks, args);
  const rows = stacks.map((name) => [name, ...cells(outcomes.get(name) ?? {})]);
  process.stdout.write(
    args.json
      ? `${JSON.stringify({ stacks: Object.fromEntries(stacks.map((name) => [name, outcomes.get(name) ?? {}])) }, null, 2)}\n`
      : table(["STACK", "RESULT", "TIME", "CHANGES"], rows),
  );
  const codes = stacks.map((name) => outcomes.get(name)?.exitCode ?? 0);
  return Math.max(...codes);
}

/** Stacks of the project. */
async function known(): Promise<string[]> {
  const listed = JSON.parse(await askPulumi(["stack", "ls", "--json"])) as ReadonlyArray<{ name: string }>;
  return listed.map(({ name }) => name);
}

/**
 * The stacks that are meant, in the order of the words.
 *
 * @throws Error that names the word that means none
 */
export function chosen(words: string, known: readonly string[]): string[] {
  const found = words.split(",").flatMap((given) => {
    const word = given.trim();
    const pattern = new RegExp(`^${word.split("*").map(literally).join(".*")}$`);
    const meant = known.filter((name) => pattern.test(name)).sort();
    if (meant.length === 0)
      throw new Error(
        `--stacks ${JSON.stringify(word)} is no stack of the project: use ${[...known].sort().join(", ") || "pulumi stack init to make one"}`,
      );
    return meant;
  });
  return [...new Set(found)];
}

const literally = (text: string) => text.replace(/[^A-Za-z0-9_]/g, "\\$&");

/** After a failure no further one begins, unless told otherwise. */
async function runAll(
  command: FleetCommand,
  stacks: readonly string[],
  args: Arguments,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const waiting = [...stacks];
  const width = Math.max(...stacks.map((name) => name.length));
  let stopped = false;
  // Ctrl-C goes to all of them; each ends in its own way, and has to be waited for.
  const stop = () => {
    stopped = true;
  };
  process.on("SIGINT", stop);
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined && !stopped; name = waiting.shift()) {
      const outcome = await runOne(command, name, args, `${name.padEnd(width)} | `);
      outcomes.set(name, outcome);
      if (outcome.exitCode !== 0 && !args.keepGoing) stopped = true;
    }
  };
  await Promise.all(Array.from({ length: Math.min(args.parallel ?? AT_ONCE, stacks.length) }, worker));
  process.off("SIGINT", stop);
  return outcomes;
}

async function runOne(
  command: FleetCommand,
  stack: string,
  { yes, diff, json, configFile }: Arguments,
  prefix: string,
): Promise<Outcome> {
  const begun = Date.now();
  const options = [
    ...(yes && takes(command, "yes") ? ["--yes"] : []),
    ...(diff && takes(command, "diff") ? ["--diff"] : []),
    ...(configFile && takes(command, "config-file")
      ? ["--config-file", configFile.replaceAll("*", stack)]
      : []),
  ];
  const child = spawn(process.execPath, [join(__dirname, "run.js"), command, "--stack", stack, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const read = async (stream: NodeJS.ReadableStream, to: NodeJS.WriteStream) => {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      lines.push(line);
      to.write(`${prefix}${line}\n`);
    }
  };
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
  await Promise.all([
    read(child.stdout, json ? process.stderr : process.stdout),
    read(child.stderr, process.stderr),
  ]);
  const exitCode = await ended;
  return { exitCode, seconds: Math.round((Date.now() - begun) / 1000), changes: changesIn(lines) };
}

/** What Pulumi counted at its end. */
export function changesIn(lines: readonly string[]): string[] {
  const from = lines.findLastIndex((line) => /^Resources:/.test(line));
  if (from < 0) return [];
  const to = lines.findIndex((line, index) => index > from && line.trim() === "");
  return lines
    .slice(from + 1, to < 0 ? undefined : to)
    .flatMap((line) => line.match(/\d+ (?:to )?(?!changes?\b)[a-z]+/g) ?? []);
}

function cells({ exitCode, seconds, changes = [] }: Outcome): string[] {
  if (exitCode === undefined) return ["not begun", "", ""];
  const result = exitCode === 0 ? "ok" : `ended with ${exitCode}`;
  return [result, `${seconds} s`, changes.join(", ")];
}

import { readOptions } from "../../operate/options";
import { readRecord } from "../cycle/record";
import { pipeline } from "../pipeline";
import { git } from "../programs";
import { channels } from "./channels";
import { type Event, kindOf, type Outcome, outcomeOf } from "./event";
import { Memory } from "./memory";

/**
 * Sends notifications about a run: for each failure, the first success after one, and with `--every-success` each success.
 *
 * It exits with 0 even if sending fails, so that the pipeline's own result stands; with `--strict`, with 1.
 */
export async function notify(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const options = readOptions(
    "notify",
    {
      stack: "needed",
      outcome: "needed",
      failed: "optional",
      record: "optional",
      state: "optional",
      "every-success": "switch",
      strict: "switch",
      "slack-url-file": "optional",
      "webhook-url-file": "optional",
      "webhook-token-file": "optional",
    },
    args,
  );
  try {
    await tell(options, env);
    return 0;
  } catch (error) {
    process.stderr.write(`notify: ${(error as Error).message}\n`);
    return options.strict ? 1 : 0;
  }
}

interface Options {
  readonly stack: string;
  readonly outcome: string;
  readonly failed: string | undefined;
  readonly record: string | undefined;
  readonly state: string | undefined;
  readonly "every-success": boolean;
  readonly "slack-url-file": string | undefined;
  readonly "webhook-url-file": string | undefined;
  readonly "webhook-token-file": string | undefined;
}

/** @throws Error that lists every channel that failed */
async function tell(options: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const outcome = outcomeOf(options.outcome);
  const found = channels(
    {
      slackUrlFile: options["slack-url-file"],
      webhookUrlFile: options["webhook-url-file"],
      webhookTokenFile: options["webhook-token-file"],
    },
    env,
  );
  if (found.length === 0)
    throw new Error("nothing is sent: neither PODWATCH_SLACK_URL nor PODWATCH_WEBHOOK_URL is set");
  if (outcome === "neither") return say(`nothing to send for a run that is ${options.outcome}`);
  const memory = Memory.open(options.state);
  if (memory.message !== undefined) say(memory.message);
  const run = await describe(options, outcome, env);
  const problems = await Promise.all(
    found.map(async (channel) => {
      const kind = kindOf(outcome, memory.last(options.stack, channel.name), options["every-success"]);
      try {
        if (kind !== undefined) await channel.send({ ...run, kind });
        say(kind === undefined ? `${channel.name}: nothing to send` : `${channel.name}: told (${kind})`);
      } catch (error) {
        // A failure is remembered, so that the next success sends the recovery.
        if (outcome === "failure") memory.keep(options.stack, channel.name, outcome);
        return (error as Error).message;
      }
      memory.keep(options.stack, channel.name, outcome);
      return undefined;
    }),
  );
  memory.write();
  const real = problems.filter((problem) => problem !== undefined);
  if (real.length > 0) throw new Error(real.join("; "));
}

async function describe(
  options: Options,
  outcome: Outcome,
  env: NodeJS.ProcessEnv,
): Promise<Omit<Event, "kind">> {
  const [commit = "", author = "", subject = ""] = (await git("log", "-1", "--format=%H%n%an%n%s")).split(
    "\n",
  );
  const { by, link, commitLink } = pipeline(env);
  return {
    stack: options.stack,
    commit,
    subject,
    author,
    commitLink: commitLink(commit),
    by,
    link,
    failed: outcome === "failure" ? (options.failed ?? recorded(options.record)) : undefined,
  };
}

/** The failure according to the record. A killed run leaves none. */
function recorded(file: string | undefined): string {
  if (file === undefined) return "see the pipeline's log";
  try {
    return readRecord(file).failed ?? "a step after the delivery: see the pipeline's log";
  } catch {
    return "it ended before its first step: see the pipeline's log";
  }
}

function say(text: string): void {
  process.stderr.write(`notify: ${text}\n`);
}

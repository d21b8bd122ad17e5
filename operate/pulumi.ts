import { execFile, spawn } from "node:child_process";
import { availableParallelism } from "node:os";

/** `$PODWATCH_PULUMI`, else `pulumi` on PATH. */
export const cli = () => process.env.PODWATCH_PULUMI || "pulumi";

/**
 * What a command of the Pulumi CLI prints on its standard output.
 *
 * @param mayFail whether it may end with an error after it has printed its answer
 * @throws Error with the CLI's own reason
 */
export function askPulumi(args: readonly string[], mayFail = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(cli(), args, { maxBuffer: 256 << 20 }, (error, stdout, stderr) => {
      if (error === null || (mayFail && stdout.startsWith("{"))) {
        resolve(stdout);
      } else if (error.code === "ENOENT") {
        reject(missing());
      } else {
        reject(new Error(stderr.trim().split("\n").at(-1) || `${cli()} ended with ${error.code}`));
      }
    });
    child.stdin?.end();
  });
}

/** A host that is down stops only what needs it, for commands that change hosts. */
export const CONTINUE = "--continue-on-error";

/** Resources that are changed at once, where nobody says how many: most of the time each of them waits for its host. */
const AT_ONCE = 64;

/** In which the CLI changes hosts; its own limit is 4 resources for each processor. */
export function environment(): NodeJS.ProcessEnv {
  const { PULUMI_PARALLEL } = process.env;
  const parallel = PULUMI_PARALLEL || String(Math.max(AT_ONCE, 4 * availableParallelism()));
  return { ...process.env, PULUMI_PARALLEL: parallel };
}

function missing(): Error {
  const name = JSON.stringify(cli());
  return new Error(`${name} is not there: install Pulumi, or say in PODWATCH_PULUMI where it is`);
}

/**
 * The state of a stack with its secrets. Without a name it is the selected stack's.
 *
 * @throws Error with the CLI's own reason
 */
export function exportStack(stack: string | undefined): Promise<string> {
  return askPulumi(["stack", "export", "--show-secrets", ...(stack === undefined ? [] : ["--stack", stack])]);
}

/** Runs a command of the Pulumi CLI before the user's eyes, who may have to answer it; returns its exit code. */
export function runPulumi(args: readonly string[]): Promise<number> {
  // Ctrl-C goes to both; the CLI ends in its own way, and has to be waited for.
  const wait = () => {};
  process.on("SIGINT", wait);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(cli(), args, { stdio: "inherit", env: environment() });
    child.on("error", (error: NodeJS.ErrnoException) => reject(error.code === "ENOENT" ? missing() : error));
    child.on("close", (code) => resolve(code ?? 1));
  }).finally(() => process.off("SIGINT", wait));
}

/**
 * Removes from the state what a run that went on after an error has left wrong in it, and says so.
 *
 * Where a service could not be applied and another one of its host was removed, what depends on both keeps its former dependencies, of which
 * one is gone; Pulumi then refuses the state. Source: https://github.com/pulumi/pulumi/issues/22427
 */
export async function mendState(stack: string | undefined): Promise<void> {
  const place = stack === undefined ? [] : ["--stack", stack];
  const exported = await askPulumi(["stack", "export", ...place]).catch(() => "{}");
  if (!isBroken(exported)) return;
  const command = ["state", "repair", ...place];
  const told = await askPulumi([...command, "--yes"]).then(
    () => "pulumi state repair has removed these names",
    (error: Error) => `repair it: pulumi ${command.join(" ")} (${error.message})`,
  );
  process.stderr.write(
    `podwatch: after the error above, Pulumi's state named something that is removed already, which is why Pulumi spoke of its snapshot; ${told}. Put right what failed, and run this again\n`,
  );
}

/** Whether Pulumi has noted that it wrote a state that it would refuse. */
export function isBroken(exported: string): boolean {
  const { deployment } = JSON.parse(exported) as {
    readonly deployment?: { readonly metadata?: { readonly integrity_error?: unknown } };
  };
  return (deployment?.metadata?.integrity_error ?? null) !== null;
}

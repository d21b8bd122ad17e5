// Actions on a stack, by the Pulumi CLI and by Podwatch's own commands.
import { join } from "node:path";
import { CONTINUE, exportStack, mendState } from "../../operate/pulumi";
import { pulumi, ROOT, run, type Target } from "../programs";

/** @throws Error with the exit code; the reason has been shown */
export async function change(command: "up" | "destroy", target: Target): Promise<void> {
  const { code } = await pulumi(
    command,
    target,
    ["--yes", "--skip-preview", "--suppress-outputs", CONTINUE],
    true,
  );
  if (code === 0) return;
  await mendState(target.stack);
  throw new Error(`pulumi ${command} ended with ${code}, see its output`);
}

/**
 * @param timeout how long targets may take to come up, in seconds
 * @param junit file for the result as that of tests
 * @throws Error that names the checks that failed
 */
export async function verify(
  { stack }: Target,
  { timeout, junit }: { readonly timeout: string | undefined; readonly junit: string | undefined },
): Promise<void> {
  const options = Object.entries({ timeout, junit }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const program = join(ROOT, "operate", "run.js");
  const { code, stdout, stderr } = await run("node", [program, "verify", "--stack", stack, ...options], true);
  if (code === 0) return;
  const failed = stdout.split("\n").filter((line) => line.startsWith("FAILED"));
  throw new Error(failed.join("; ") || stderr.trim().split("\n").at(-1) || `it ended with ${code}`);
}

/** Whether the stack has resources on hosts, or machines. */
export async function isDeployed({ stack }: Target): Promise<boolean> {
  const { deployment } = JSON.parse(await exportStack(stack)) as {
    deployment?: { resources?: ReadonlyArray<{ readonly type: string }> };
  };
  return (deployment?.resources ?? []).some(({ type }) =>
    /^(command:(remote|local):Command|openstack:.+)$/.test(type),
  );
}

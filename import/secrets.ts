// Puts secrets into the stack file, encrypted by the Pulumi CLI. A value is on its standard input only.
import { spawnSync } from "node:child_process";
import { show } from "../config/problem";
import type { FoundSecret } from "./draft";

export interface Stored {
  readonly stored: FoundSecret[];
  /** Why the others were not. */
  readonly reason?: string;
}

/** Stops at the first that fails: without the stack or its passphrase, none can be stored. */
export function storeSecrets(secrets: readonly FoundSecret[], project: string, stack: string): Stored {
  const stored: FoundSecret[] = [];
  for (const secret of secrets.filter(({ value }) => value !== undefined)) {
    const reason = store(secret, project, stack);
    if (reason !== undefined) return { stored, reason };
    stored.push(secret);
  }
  return { stored };
}

function store({ path, value }: FoundSecret, project: string, stack: string): string | undefined {
  const program = process.env.PODWATCH_PULUMI || "pulumi";
  const { status, error, stdout, stderr } = spawnSync(
    program,
    ["config", "set", "--secret", "--stack", stack, "--path", show(path), "--non-interactive"],
    // The CLI removes one line break at the end.
    { cwd: project, input: `${value}\n`, encoding: "utf8" },
  );
  if (error !== undefined)
    return `${program} is not there; install Pulumi, or say in PODWATCH_PULUMI where it is`;
  if (status === 0) return undefined;
  const said = `${stdout}\n${stderr}`.replaceAll(String(value), "the value");
  const [line] = said.split("\n").filter((one) => /^error: /.test(one));
  return `pulumi says: ${(line ?? "nothing").replace("error: ", "")}`;
}

import { execFile } from "node:child_process";

/**
 * The state of a stack with its secrets, from the Pulumi CLI: `$PODWATCH_PULUMI`, else `pulumi` on PATH.
 * Without a name it is the selected stack's.
 *
 * @throws Error with the CLI's own reason
 */
export function exportStack(stack: string | undefined): Promise<string> {
  const program = process.env.PODWATCH_PULUMI || "pulumi";
  const args = ["stack", "export", "--show-secrets", ...(stack === undefined ? [] : ["--stack", stack])];
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 256 << 20 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else if (error.code === "ENOENT") {
        const name = JSON.stringify(program);
        reject(new Error(`${name} is not there: install Pulumi, or say in PODWATCH_PULUMI where it is`));
      } else {
        reject(new Error(stderr.trim().split("\n").at(-1) || `${program} ended with ${error.code}`));
      }
    });
    child.stdin?.end();
  });
}

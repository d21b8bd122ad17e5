// An earlier version of Podwatch, beside this one: to be taken over, or compared with.
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "./lab";

/** Checks out a commit into a new directory, where it can be deployed from; the lab is this checkout's. */
export function checkOutEarlier(commit: string, directory: string): void {
  execFileSync("git", ["clone", "--quiet", "--shared", "--no-checkout", CHECKOUT, directory]);
  execFileSync("git", ["checkout", "--quiet", commit], { cwd: directory });
  if (dependencies(directory) === dependencies(CHECKOUT)) {
    symlinkSync(join(CHECKOUT, "node_modules"), join(directory, "node_modules"));
  } else {
    const install = ["install", "--no-save", "--no-audit", "--no-fund"];
    execFileSync("npm", install, { cwd: directory, timeout: 300_000 });
  }
  symlinkSync(join(CHECKOUT, ".lab"), join(directory, ".lab"));
}

function dependencies(directory: string): string {
  const text = readFileSync(join(directory, "package.json"), "utf8");
  return JSON.stringify(JSON.parse(text).dependencies);
}

// An earlier version of Podwatch, beside this one: to be taken over, or compared with.
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "./lab";

/** Checks out a commit into a new directory, where it can be deployed from; the lab is this checkout's. */
export function checkOutEarlier(commit: string, directory: string): void {
  execFileSync("git", ["clone", "--quiet", "--shared", "--no-checkout", CHECKOUT, directory]);
  execFileSync("git", ["checkout", "--quiet", commit], { cwd: directory });
  const [needed, here] = [packages(directory).dependencies, packages(CHECKOUT)];
  const installed = { ...here.devDependencies, ...here.dependencies };
  if (Object.entries(needed).every(([name, version]) => installed[name] === version)) {
    symlinkSync(join(CHECKOUT, "node_modules"), join(directory, "node_modules"));
  } else {
    const install = ["install", "--no-save", "--no-audit", "--no-fund"];
    execFileSync("npm", install, { cwd: directory, timeout: 300_000 });
  }
  symlinkSync(join(CHECKOUT, ".lab"), join(directory, ".lab"));
}

type Versions = Readonly<Record<string, string>>;

function packages(directory: string): Record<"dependencies" | "devDependencies", Versions> {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
}

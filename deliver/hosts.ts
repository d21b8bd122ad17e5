// What a stack file says, and what is on its hosts, whether anything is deployed there or not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readExported } from "../config/load";
import type { HostSettings, Settings } from "../config/schema";
import { connectionOf } from "../connection/connection";
import { enter } from "../connection/enter";
import { scriptCommand } from "../lib/runner";
import { pulumi, ROOT, type Target } from "./programs";

/** @throws Error that lists the problems of the stack file */
export async function readStackFile(target: Target): Promise<Settings> {
  const { code, stdout, stderr } = await pulumi("config", target, ["--json", "--show-secrets"], false);
  if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1) || `pulumi config ended with ${code}`);
  return readExported(stdout, ROOT, target.stack);
}

/** The contents of a host, one per line: files, units, and podman's objects; see listing.sh. */
export async function listHost(host: HostSettings): Promise<string[]> {
  const connection = connectionOf(host);
  const session = await enter(connection);
  try {
    const script = readFileSync(join(ROOT, "deliver", "listing.sh"), "utf8");
    const { rights, sudoPassword } = connection;
    const input = sudoPassword === undefined ? script : `${sudoPassword}\n${script}`;
    const { code, stdout, stderr } = await session.run(scriptCommand(rights), { input });
    if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1) || `listing ended with ${code}`);
    return stdout.split("\n").filter((line) => line !== "");
  } catch (error) {
    throw new Error(`host ${host.name}: ${(error as Error).message}`);
  } finally {
    session.close();
  }
}

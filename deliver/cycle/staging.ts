import type { HostSettings } from "../../config/schema";
import { readOptions } from "../../operate/options";
import { configuredHosts, listHost } from "../hosts";
import { change, isDeployed, verify } from "./actions";
import { leftovers } from "./leftovers";
import { Delivery, revision } from "./steps";

/** Maximum number of items in an error. */
const MOST_NAMED = 20;

/**
 * Proves a commit on the staging stack: deploys over the existing one, verifies, destroys, checks whether the
 * hosts are as before, deploys from scratch, verifies. The stack is up at the end. `--record` writes the proof for
 * `production`.
 */
export async function staging(args: readonly string[]): Promise<number> {
  const options = readOptions(
    "staging",
    {
      stack: "needed",
      record: "optional",
      timeout: "optional",
      junit: "optional",
      "config-file": "optional",
      "allow-changes": "switch",
    },
    args,
  );
  const target = { stack: options.stack, configFile: options["config-file"] };
  const at = await revision();
  if (!at.clean && !options["allow-changes"]) {
    throw new Error(
      "files differ from the commit, and staging proves commits: commit them, or pass --allow-changes for a record that production refuses",
    );
  }
  const delivery = new Delivery(options.stack, at, options.record);
  return delivery.run(async () => {
    const hosts = await delivery.step("read the stack file", () => configuredHosts(target));
    const wasDeployed = await isDeployed(target);
    const before = await delivery.step("list what is on the hosts", () => list(hosts));
    await delivery.step(wasDeployed ? "up over what is there" : "up", () => change("up", target));
    await delivery.step("verify", () => verify(target, options));
    await delivery.step("destroy", () => change("destroy", target));
    await delivery.step("hosts as before", async () =>
      compare(hosts, before, await list(hosts), wasDeployed),
    );
    await delivery.step("up from nothing", () => change("up", target));
    await delivery.step("verify", () => verify(target, options));
  });
}

function list(hosts: readonly HostSettings[]): Promise<string[][]> {
  return Promise.all(hosts.map(listHost));
}

function compare(
  hosts: readonly HostSettings[],
  before: readonly string[][],
  after: readonly string[][],
  wasDeployed: boolean,
): void {
  const found = hosts.flatMap(({ name }, index) =>
    leftovers(before[index] ?? [], after[index] ?? [], wasDeployed).map((line) => `${name}: ${line}`),
  );
  if (found.length === 0) return;
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : "";
  const volumes = found.some((line) => line.includes("left: volume"))
    ? " (data volumes go with `data: delete`)"
    : "";
  throw new Error(`${found.slice(0, MOST_NAMED).join("; ")}${more}${volumes}`);
}

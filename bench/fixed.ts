// What the fixed cost of a run is made of, part by part, each measured on its own.
import { CHECKOUT, type LabHost, must } from "../tests/integration/support/lab";
import type { Podwatch } from "./podwatch";
import { measure, type Times } from "./results";

/** What a Node.js process does for a while before it can do anything of ours; each stands on the one before. */
const LOADS: ReadonlyArray<readonly [string, string]> = [
  ["node, nothing loaded", ""],
  ["node, @pulumi/pulumi", "require('@pulumi/pulumi')"],
  [
    "node, also providers' SDKs",
    "require('@pulumi/pulumi'); require('@pulumi/command/remote'); require('@pulumi/random/randomPassword')",
  ],
  [
    "node, also zod",
    "require('@pulumi/pulumi'); require('@pulumi/command/remote'); require('@pulumi/random/randomPassword'); require('zod')",
  ],
];

export async function measureFixedCost(
  times: Times,
  podwatch: Podwatch,
  hosts: readonly LabHost[],
  runs: number,
) {
  const [host] = hosts;
  if (host === undefined) throw new Error("no host");
  const who = "seconds";
  await podwatch.prepare([host], "base");
  await podwatch.deploy();
  for (let run = 0; run < runs; run++) {
    await measure(times, "up, nothing changed", who, podwatch.unchanged);
    await measure(times, "preview, nothing changed", who, podwatch.preview);
    for (const [what, script] of LOADS) {
      await measure(times, what, who, () => quiet("node", ["-e", script]));
    }
    await measure(times, "pulumi version", who, () => quiet("lab/toolchain/pulumi", ["version"]));
    await measure(times, "one SSH log-in", who, () =>
      quiet("lab/lab", ["ssh", `operator@${host.name}`, "true"]),
    );
  }
  await podwatch.destroy();
}

async function quiet(file: string, args: readonly string[]): Promise<void> {
  await must(file, args, { env: { NODE_PATH: `${CHECKOUT}/node_modules` } });
}

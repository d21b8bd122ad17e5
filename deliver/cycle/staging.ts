import type { HostSettings, Settings } from "../../config/schema";
import { readOptions } from "../../operate/options";
import { listHost, readStackFile } from "../hosts";
import { change, isDeployed, verify } from "./actions";
import { leftovers } from "./leftovers";
import { Delivery, revision } from "./steps";

/** Maximum number of items in an error. */
const MOST_NAMED = 20;

/**
 * Proves a commit on the staging stack: deploys over the existing one, verifies, destroys, checks whether the
 * hosts are as before, deploys from scratch, verifies. Machines that the stack makes are made and gone with it. The stack is up at the end, or with `--destroy` gone again. After a
 * failure it stays as it is, to be looked at. `--record` writes the proof for `production`.
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
      destroy: "switch",
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
    const hosts = await delivery.step("read the stack file", async () =>
      lasting(await readStackFile(target)),
    );
    const deploy = async (how: string) => {
      await delivery.step(how, () => change("up", target));
      await delivery.step("verify", () => verify(target, options));
    };
    /** @returns what is on the hosts then */
    const destroy = async (before: readonly string[][], wasDeployed: boolean) => {
      await delivery.step("destroy", () => change("destroy", target));
      if (hosts.length === 0) return [];
      return delivery.step("hosts as before", async () => {
        const after = await list(hosts);
        compare(hosts, before, after, wasDeployed);
        return after;
      });
    };
    const wasDeployed = await isDeployed(target);
    const before =
      hosts.length === 0 ? [] : await delivery.step("list what is on the hosts", () => list(hosts));
    await deploy(wasDeployed ? "up over what is there" : "up");
    const empty = await destroy(before, wasDeployed);
    if (options.destroy && !wasDeployed) return;
    await deploy("up from nothing");
    if (options.destroy) await destroy(empty, false);
  });
}

/**
 * The hosts that are there before the stack and after it.
 *
 * @throws Error if the stack file keeps in the cloud what each cycle makes anew
 */
function lasting({ hosts, machines }: Settings): readonly HostSettings[] {
  const { openstack } = machines ?? {};
  const refuse = (setting: string, why: string) => {
    throw new Error(
      `podwatch:machines.openstack.${setting}: true ${why}, and staging destroys what it has made; write false for a stack that is made to be destroyed, or name another stack; nothing was made or touched`,
    );
  };
  if (openstack?.protect) refuse("protect", "keeps machines and volumes from being deleted");
  const sets = [
    ["", openstack?.volumes ?? {}] as const,
    ...Object.entries(openstack?.servers ?? {}).map(
      ([name, { volumes = {} }]) => [`servers.${name}.`, volumes] as const,
    ),
  ];
  for (const [place, volumes] of sets)
    for (const [name, { keep, id }] of Object.entries(volumes))
      if (keep && id === undefined)
        refuse(`${place}volumes.${name}.keep`, "leaves a volume behind each time");
  return hosts.filter(({ machine }) => machine === undefined);
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

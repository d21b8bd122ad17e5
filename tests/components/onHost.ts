// A component under test stands on a real Host and PodNetwork of its own.
import type * as pulumi from "@pulumi/pulumi";
import { Host } from "../../components/host";
import { PodNetwork } from "../../components/network/component";
import type { HostSettings } from "../../config/load";
import { command, parseBundle, removal } from "./expected";
import { deploy, type Recorded } from "./mocks";

interface Ground {
  host: Host;
  network: PodNetwork;
}

/** Deploys a component; `resources` are its own, whose names begin with `tested`. */
export async function deployOnHost<T extends pulumi.ComponentResource>(
  settings: HostSettings,
  make: (name: string, ground: Ground) => T,
): Promise<{ resources: Recorded[]; result: T }> {
  const { resources, result } = await deploy(() => {
    const host = new Host("mon", { ...settings, services: [] });
    const network = new PodNetwork("net", { host, ...settings.network });
    return make("tested", { host, network });
  });
  return { resources: resources.filter(({ name }) => name.startsWith("tested")), result };
}

/** The command that applies the tested component's service. */
export function serviceCommand(
  service: string,
  own: { note?: string; dependsOn?: readonly string[] } = {},
): Recorded {
  return command({
    name: "tested-service",
    parent: "tested",
    create: `/bin/sh /var/lib/podwatch/runner apply ${service}${own.note ?? ""} --owner=mon`,
    delete: removal(`remove ${service}`),
    stdin: expect.stringMatching(/^podwatch-bundle 1\n/),
    triggers: ["id-of-mon-runner"],
    dependsOn: ["mon-runner", "net-service", ...(own.dependsOn ?? [])],
  });
}

export function bundleOf(resources: readonly Recorded[]) {
  return parseBundle(resources.find(({ name }) => name === "tested-service")?.inputs.stdin);
}

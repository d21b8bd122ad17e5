// A component under test stands on a real Host and PodNetwork of its own.
import type * as pulumi from "@pulumi/pulumi";
import { Host } from "../../components/host";
import { PodNetwork } from "../../components/network/component";
import type { HostSettings } from "../../config/load";
import type { Service } from "../../lib/service";
import { fakeEngine } from "../engines/fakeEngine";
import { command, parseBundle, removal } from "./expected";
import { deploy, type Recorded } from "./mocks";

interface OnHost {
  host: Host;
  network: PodNetwork;
}

/** A service for a host under test. */
export const WEB: Service = {
  kind: "container",
  name: "web",
  description: "A service",
  image: "docker.io/library/web:1",
  user: { uid: 7, gid: 8 },
  files: {},
  hooks: { ready: "exit 0\n" },
  readyWithin: 30,
};

/** An engine that makes this bundle of every service. */
export const engineOf = (bundle: string) => fakeEngine([], { bundle: () => bundle });

/** Deploys a component; `resources` are its own, whose names begin with `tested`. */
export async function deployOnHost<T extends pulumi.ComponentResource>(
  settings: HostSettings,
  make: (name: string, on: OnHost) => T,
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

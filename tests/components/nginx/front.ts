// A front by itself, on one host.

import { NginxBridge } from "../../../components/nginx/component";
import type { Backend } from "../../../components/nginx/render";
import { bundleOf, deployOnHost } from "../onHost";
import { hostSettings } from "../stackFile";

/** The parts of its bundle. */
export async function frontParts(
  front: object,
  backends: readonly Backend[] = [],
): Promise<Readonly<Record<string, string>>> {
  const settings = hostSettings({ front });
  const { gateways, prometheus } = settings;
  const { resources } = await deployOnHost(settings, (name, ground) => {
    const args = {
      hostName: "mon1",
      front: settings.front,
      gateways,
      limits: prometheus.limits,
      backends,
      runbooks: {},
    };
    return new NginxBridge(name, { ...ground, ...args });
  });
  return bundleOf(resources).parts;
}

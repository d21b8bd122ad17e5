// A compose file: the programs that Podwatch deploys in place of its containers, and the files that those read.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { takeBlackbox } from "./blackbox";
import { ComposeService, variables } from "./composeService";
import type { Mount } from "./files";
import { alertmanagerFlags, blackboxFlags, nodeFlags, prometheusFlags } from "./flags";
import { takeGrafana } from "./grafana";
import { limits } from "./limits";
import type { Replaced } from "./places";
import type { Spot } from "./spot";

const KINDS: ReadonlyArray<readonly [RegExp, Replaced]> = [
  [/(^|\/)prometheus$/, "prometheus"],
  [/(^|\/)alertmanager$/, "alertmanager"],
  [/(^|\/)grafana(-oss|-enterprise)?$/, "grafana"],
  [/(^|\/)node[-_]?exporter$/, "nodeExporter"],
  [/(^|\/)blackbox[-_]exporter$/, "blackboxExporter"],
];

/** What a compose file says of the files of Prometheus and Alertmanager. */
export interface Composed {
  readonly mounts: readonly Mount[];
  readonly prometheus?: string | undefined;
  readonly alertmanager?: string | undefined;
}

/** @param open a spot in another file of the set-up */
export function takeCompose(spot: Spot, open: (file: string, mounts: readonly Mount[]) => Spot): Composed {
  const dotenv = join(dirname(spot.source.file), ".env");
  const known = variables(existsSync(dotenv) ? readFileSync(dotenv, "utf8") : undefined);
  const all = Object.keys(spot.at("services").group).map((name) => {
    const service = new ComposeService(spot.at("services", name), known);
    return { service, kind: kindOf(service) };
  });
  for (const { service, kind } of all) spot.draft.places.add(service.names, kind, service.ports);
  const of = (kind: Replaced) => all.find((one) => one.kind === kind)?.service;
  for (const { service, kind } of all) {
    tell(service, kind);
    if (kind !== undefined) limits(service, kind);
  }
  const [prometheus, alertmanager, grafana] = [of("prometheus"), of("alertmanager"), of("grafana")];
  if (prometheus !== undefined) prometheusFlags(prometheus);
  if (alertmanager !== undefined) alertmanagerFlags(alertmanager);
  if (grafana !== undefined) takeGrafana(grafana);
  const node = of("nodeExporter");
  if (node !== undefined) {
    node.spot.put(["nodeExporter", "enabled"], true);
    nodeFlags(node.words);
  }
  const blackbox = of("blackboxExporter");
  if (blackbox !== undefined) {
    blackbox.spot.put(["blackboxExporter", "enabled"], true);
    blackboxFlags(blackbox);
    const file = configurationOf(blackbox, "/etc/blackbox_exporter/config.yml");
    if (file !== undefined) takeBlackbox(open(file, blackbox.mounts));
  }
  return {
    mounts: all.flatMap(({ service }) => service.mounts),
    prometheus: prometheus && configurationOf(prometheus, "/etc/prometheus/prometheus.yml"),
    alertmanager: alertmanager && configurationOf(alertmanager, "/etc/alertmanager/alertmanager.yml"),
  };
}

function kindOf(service: ComposeService): Replaced | undefined {
  const name = service.image.replace(/@.*$/, "").replace(/:[^/:]*$/, "") || service.name;
  return KINDS.find(([pattern]) => pattern.test(name))?.[1];
}

function tell({ spot, image, ports, name }: ComposeService, kind: Replaced | undefined): void {
  if (kind === undefined) {
    spot.change("is not deployed by Podwatch", "let it run where it does, beside Podwatch", name);
    return;
  }
  const tag = /:([^/:@]+)$/.exec(image)?.[1] ?? "latest";
  if (tag !== "latest" && kind !== "nodeExporter")
    spot
      .at("image")
      .change(
        "has another version here, one that is tested",
        `to keep yours, write image under ${kind}`,
        image,
      );
  if (ports.size > 0 && kind !== "nodeExporter" && kind !== "blackboxExporter")
    spot
      .at("ports")
      .change(
        "is published at a port of its own",
        "here all is behind the front, which docs/operating.md opens to others",
        name,
      );
}

/** The configuration file on this computer that the container reads. */
function configurationOf(service: ComposeService, usual: string): string | undefined {
  const named = service.words
    .map(({ word }) => /^--?config\.file=(.*)$/.exec(word)?.[1])
    .find((one) => one !== undefined);
  const inside = named ?? usual;
  const mount = service.mounts.find((one) => inside === one.inside || inside.startsWith(`${one.inside}/`));
  const path = mount === undefined ? undefined : join(mount.outside, inside.slice(mount.inside.length));
  if (path !== undefined && existsSync(path)) return path;
  if (path !== undefined || named !== undefined)
    service.spot.leave(
      "reads a file that is not on this computer",
      "copy it here, and import it too",
      inside,
    );
  return undefined;
}

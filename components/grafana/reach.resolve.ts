// Whether a Grafana that groups put on a host has a Prometheus to ask.
import type { Report } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { HostSettings } from "../../config/schema";
import { reaches } from "../nginx/reach.resolve";
import { storesOf } from "../victoriametrics/reach.resolve";

interface Placed extends Layered {
  readonly settings: HostSettings;
}

export function checkReach(placed: readonly Placed[], report: Report): void {
  const servers = placed.filter(
    ({ settings: { prometheus } }) => prometheus.enabled && prometheus.mode === "server",
  );
  for (const host of placed) {
    const { grafana, groups } = host.settings;
    if (groups === undefined || !grafana.enabled || grafana.datasources.length > 0) continue;
    if ([...servers, ...storesOf(placed)].some((one) => reaches(host, one))) continue;
    const path = [...(host.layers[0]?.path ?? []), "groups"];
    if (servers.length === 0) {
      report(
        path,
        "put Grafana on a host, and no host has a Prometheus that it could ask; put one into the group monitors, or add an entry under grafana.datasources",
      );
    }
    for (const server of servers) {
      const { name } = server.settings;
      report(
        locateIn("front", server)(["bind"]),
        `${server.settings.front.bind} opens the front of ${name} to ${name} itself only, and the Grafana of ${host.settings.name} asks its Prometheus there; write an address of ${name}, or 0.0.0.0`,
      );
    }
  }
}

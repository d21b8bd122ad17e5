// Whether those who send to a VictoriaMetrics of the stack, and ask it, reach it.
import type { Report } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { ServiceSettings } from "../../config/section";
import { reaches } from "../nginx/reach.resolve";

interface Placed extends Layered {
  readonly settings: ServiceSettings<string> & { readonly name: string };
}

export function storesOf<Host extends Pick<Placed, "settings">>(placed: readonly Host[]): Host[] {
  return placed.filter(({ settings }) => settings.victoriametrics.enabled);
}

export function checkStores(placed: readonly Placed[], report: Report): void {
  const senders = placed.filter(({ settings }) => settings.prometheus.enabled);
  for (const store of storesOf(placed)) {
    if (senders.length === 0)
      report(
        locateIn("victoriametrics", store)(["enabled"]),
        "stores what Prometheus sends, and no host of the stack has one; put a host into the group monitors, or remove it",
      );
    const shutOut = placed.find(
      (host) =>
        (senders.includes(host) || host.settings.vmauth.enabled || host.settings.grafana.enabled) &&
        !reaches(host, store),
    );
    if (shutOut === undefined) continue;
    const { name, front } = store.settings;
    report(
      locateIn("front", store)(["bind"]),
      `${front.bind} opens the front of ${name} to ${name} itself only, and ${shutOut.settings.name} needs its VictoriaMetrics there; write an address of ${name}, or 0.0.0.0`,
    );
  }
}

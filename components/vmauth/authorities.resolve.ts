// Whether vmauth can verify all that it asks: it has one list of authorities, and with one it does not know those of its system.
import type { Report } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { ServiceSettings } from "../../config/section";
import { authorityOf } from "../../lib/authority";
import { endpointAt } from "../../lib/endpoint";
import { storesOf } from "../victoriametrics/reach.resolve";

interface Placed extends Layered {
  readonly settings: ServiceSettings<string> & { readonly name: string };
}

export function checkAuthorities(placed: readonly Placed[], report: Report): void {
  for (const host of placed.filter(({ settings }) => settings.vmauth.enabled)) {
    const asked = storesOf(placed).flatMap((store) => {
      const { publicUrl, tls } = store.settings.front;
      const encrypted = endpointAt(publicUrl).scheme === "https";
      return store === host || !encrypted ? [] : [{ store, ca: authorityOf(tls) }];
    });
    const known = asked.find(({ ca }) => ca !== undefined);
    if (known === undefined) continue;
    for (const { store } of asked.filter(({ ca }) => ca === undefined)) {
      const { name, front } = store.settings;
      report(
        locateIn("front", store)(["tls"]),
        `clients know the front of ${name} by a public authority, and that of ${known.store.settings.name} by another one; the vmauth of ${host.settings.name}, which asks the VictoriaMetrics of both, can only do one of the two; ${wayOut(front.tls)}`,
      );
    }
  }
}

function wayOut(tls: ServiceSettings<string>["front"]["tls"]): string {
  const kind = tls === false ? undefined : tls.acme === undefined ? "files" : "acme";
  const same = "give both certificates of the same kind";
  return kind === undefined
    ? same
    : `${same}, or write the certificate of the public authority under tls.${kind}.ca`;
}

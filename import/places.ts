// Addresses of the set-up before, and what they are now: a container has another localhost, and other neighbours.

import { BLACKBOX_ENDPOINT } from "../components/blackbox-exporter/endpoint";
import { authority } from "../lib/endpoint";
import type { Spot } from "./spot";

/** Services that Podwatch deploys in place of those before. */
export type Replaced = "prometheus" | "alertmanager" | "grafana" | "nodeExporter" | "blackboxExporter";

const PORTS: Readonly<Record<number, Replaced>> = {
  9090: "prometheus",
  9093: "alertmanager",
  3000: "grafana",
  9100: "nodeExporter",
  9115: "blackboxExporter",
};

/** Names that containers of these services usually have. */
const NAMES: ReadonlyArray<readonly [RegExp, Replaced]> = [
  [/^prometheus$/, "prometheus"],
  [/^alert-?manager$/, "alertmanager"],
  [/^grafana$/, "grafana"],
  [/^node[-_]?exporter$/, "nodeExporter"],
  [/^blackbox([-_]?exporter)?$/, "blackboxExporter"],
];

/** A service that Podwatch does not deploy, and the port of the host where it is published, if it is. */
interface Neighbour {
  readonly ports: ReadonlyMap<number, number>;
}

export type Place =
  | { readonly is: "ours"; readonly service: Replaced }
  | { readonly is: "elsewhere"; readonly target: string; readonly why: string }
  | { readonly is: "gone"; readonly why: string };

export class Places {
  private readonly services = new Map<string, Replaced>();
  private readonly neighbours = new Map<string, Neighbour>();

  /** A container of the set-up before, by the names under which the others knew it. */
  add(names: readonly string[], service: Replaced | undefined, ports: ReadonlyMap<number, number>): void {
    for (const name of names) {
      if (service === undefined) this.neighbours.set(name, { ports });
      else this.services.set(name, service);
    }
  }

  /** What has become of host:port; undefined: it is the same. */
  of(target: string): Place | undefined {
    const [, host = "", digits = ""] = /^([^:/]+|\[[^\]]+\]):(\d+)$/.exec(target) ?? [];
    const port = Number(digits);
    const service = this.serviceAt(host, port);
    if (service !== undefined) return { is: "ours", service };
    if (isLoopback(host)) return elsewhere(port, "was this host; a container reaches it by another name");
    const neighbour = this.neighbours.get(host);
    if (neighbour === undefined) return undefined;
    const published = neighbour.ports.get(port);
    if (published === undefined)
      return {
        is: "gone",
        why: "is a container that Podwatch does not deploy, and its port is not published",
      };
    return elsewhere(
      published,
      "is a container that Podwatch does not deploy; it is reached by its published port",
    );
  }

  /** A URL at an address that has changed. */
  inUrl(here: Spot, url: string): string {
    const [, before = "", host = "", port = ""] =
      /^(https?:\/\/(?:[^/@]*@)?)([^/:@?#]+|\[[^\]]+\])(?::(\d+))?/.exec(url) ?? [];
    const target = `${host}:${port || (before.startsWith("https") ? 443 : 80)}`;
    const place = host === "" ? undefined : this.of(target);
    if (place?.is === "gone")
      here.leave(
        place.why,
        "publish its port, and write host.containers.internal:PORT in the address",
        target,
      );
    if (place?.is !== "elsewhere") return url;
    here.change(place.why, `it is ${place.target} now`, target);
    return (
      before + place.target + url.slice(before.length + host.length + (port === "" ? 0 : port.length + 1))
    );
  }

  private serviceAt(host: string, port: number): Replaced | undefined {
    const known = this.services.get(host);
    if (known !== undefined) return known;
    if (this.neighbours.has(host)) return undefined;
    const usual = Object.hasOwn(PORTS, port) ? PORTS[port] : undefined;
    if (usual === undefined) return undefined;
    if (isLoopback(host)) return usual;
    return NAMES.some(([name, service]) => name.test(host) && service === usual) ? usual : undefined;
  }
}

function elsewhere(port: number, why: string): Place {
  return { is: "elsewhere", target: `host.containers.internal:${port}`, why };
}

/** Docker has a name of its own for the host. */
const isLoopback = (host: string) =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|(host|gateway)\.docker\.internal)$/.test(host);

/** The address of the blackbox exporter on the containers' network. */
export const BLACKBOX = { authority: authority(BLACKBOX_ENDPOINT), path: BLACKBOX_ENDPOINT.path };

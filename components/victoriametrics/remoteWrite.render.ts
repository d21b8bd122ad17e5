import { type Endpoint, loginAt, urlOf } from "../../lib/endpoint";
import { GATEWAYS_JOB } from "../nginx/endpoint";
import type { RemoteWrite } from "../prometheus/remote.render";
import { VICTORIAMETRICS } from "./endpoint";

/** A VictoriaMetrics to which a Prometheus sends all samples. */
export interface Store<Secret = unknown> {
  /** Name of its host. */
  readonly host: string;
  readonly endpoint: Endpoint<Secret>;
}

/** The Prometheus that sends. */
export interface Sender {
  /** Name of its host. */
  readonly host: string;
  /** External labels that only tell one Prometheus from another: with them the same samples would not be the same. */
  readonly told: readonly string[];
}

/** Its name among the endpoints that samples are sent to. */
export const storeName = (host: string) => `${VICTORIAMETRICS}-${host}`;

/** Instances that only the Prometheus of their own host knows by this name. */
const OF_OWN_HOST = "(?:localhost|podwatch-[a-z-]+):[0-9]+";

/** How it gets its samples: what two Prometheus have alike is alike there, and what each has for itself is not. */
export function toStore<Secret>({ host, endpoint }: Store<Secret>, sender: Sender): RemoteWrite<Secret> {
  return {
    name: storeName(host),
    url: `${urlOf(endpoint)}/api/v1/write`,
    ...loginAt(endpoint),
    sendNativeHistograms: false,
    extra: { write_relabel_configs: relabelled(sender) },
  };
}

function relabelled({ host, told }: Sender) {
  return [
    ...(told.length > 0 ? [{ regex: told.join("|"), action: "labeldrop" }] : []),
    { source_labels: ["instance"], regex: OF_OWN_HOST, target_label: "instance", replacement: host },
    // Gateways of several hosts may have the same name.
    { source_labels: ["job", "host"], regex: `${GATEWAYS_JOB};`, target_label: "host", replacement: host },
  ];
}

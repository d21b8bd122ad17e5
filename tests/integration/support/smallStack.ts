// The smallest stack that is of use, for tests about hosts rather than about services.
import { ENGINE } from "./engine";
import { eventually, type LabHost } from "./lab";
import { targets } from "./queries";
import { connection, type StackSettings } from "./stack";

/** Prometheus and the front only, unless more is asked for; nothing is kept at the end. */
export function small(host: object, more: object = {}): StackSettings {
  // Often scraped: to see that it is healthy takes a scrape.
  const prometheus = { data: "delete", scrapeInterval: "2s" };
  return { host, grafana: { enabled: false, data: "delete" }, prometheus, ...more };
}

/** The connection of a host whose key stands in the stack file itself. */
export function pinned(host: LabHost, changed: object = {}): object {
  return { ...connection("operator", host), knownHostsFile: undefined, hostKey: host.hostKey, ...changed };
}

/** Waits until the host's Prometheus scrapes itself. */
export async function healthy(host: LabHost): Promise<void> {
  await eventually(
    30,
    () => targets(host),
    (found) => found["prometheus/localhost:9090"] === 1,
  );
}

/** When each container of the small stack was started. */
export function startedAt(host: LabHost): Promise<string> {
  return host.exec(
    `${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}}' podwatch-nginx podwatch-prometheus`,
  );
}

// Listed targets: those that Podwatch watches itself are left out, others may have another address now.
import { targetHost } from "../config/schema/words";
import { type Spot, texts } from "./spot";

export interface Group {
  readonly targets: string[];
  readonly labels: Record<string, string>;
}

/** The shipped job of a service's own metrics. */
const JOBS = {
  prometheus: "prometheus",
  alertmanager: "alertmanager",
  grafana: "grafana",
  nodeExporter: "node",
  blackboxExporter: "blackbox-exporter",
} as const;

/** @param anyText the job's relabelling makes the address, so the targets may be anything */
export function targetGroups(job: Spot, anyText: boolean): Group[] {
  return job
    .at("static_configs")
    .items()
    .flatMap((group) => {
      const labels = texts(group.at("labels").value);
      const targets = group.at("targets").items();
      if (anyText) return [{ targets: targets.map(({ text }) => text), labels }];
      const placed = targets.flatMap((target) => placeOf(target, job));
      const plain = placed.filter(({ before }) => before === undefined).map(({ now }) => now);
      return [
        ...(plain.length > 0 ? [{ targets: plain, labels }] : []),
        ...placed
          .filter(({ before }) => before !== undefined)
          // A service that has moved is still the same instance.
          .map(({ now, before }) => ({ targets: [now], labels: { instance: String(before), ...labels } })),
      ];
    });
}

function placeOf(target: Spot, job: Spot): Array<{ now: string; before?: string }> {
  const given = target.text;
  const place = target.draft.places.of(given);
  if (place === undefined) return [{ now: withPort(target, job) }];
  if (place.is === "elsewhere") {
    target.change(place.why, `it is scraped at ${place.target}, the label instance is as before`, given);
    return [{ now: place.target, before: given }];
  }
  if (place.is === "gone") {
    target.leave(place.why, "publish the port, and list host.containers.internal:PORT as a target", given);
    return [];
  }
  const now = JOBS[place.service];
  const name = String(job.group.job_name);
  const todo =
    name === now
      ? "nothing is to be done"
      : `write job="${now}" in rules and dashboards that say job="${name}"`;
  target.change(`is what Podwatch scrapes itself, as the job ${now}`, todo, given);
  return [];
}

/** Prometheus adds the port of the protocol. */
export function withPort(target: Spot, job: Spot): string {
  const given = target.text;
  const port = job.has("scheme") && job.at("scheme").text === "https" ? 443 : 80;
  if (targetHost(given) !== undefined || targetHost(`${given}:${port}`) === undefined) return given;
  target.change(
    "has no port",
    `it is scraped at port ${port}, as Prometheus does for ${port === 443 ? "https" : "http"}`,
    given,
  );
  return `${given}:${port}`;
}

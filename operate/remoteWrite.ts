// What Prometheus sends: whether each of its endpoints takes it.
import { PROMETHEUS_ENDPOINT } from "../components/prometheus/endpoint";
import { storeName } from "../components/victoriametrics/remoteWrite.render";
import type { Front } from "./front";

/** How far an endpoint may be behind the newest sample, in seconds: batches wait for 5 s. */
const BEHIND_AT_MOST = 60;

/** Whether the Prometheus of a bundle is an agent: by its arguments in a unit of podman's, or of Docker's. */
export function isAgent(bundle: string): boolean {
  return /^ +(?:Exec=.* | {2})--(?:agent|enable-feature=agent)(?:\s|$)/m.test(bundle);
}

/** Whether the Prometheus of a bundle sends its samples to VictoriaMetrics of the stack. */
export function sendsToStores(bundle: string): boolean {
  return new RegExp(`^ +(?:- )?name: ${storeName("")}`, "m").test(bundle);
}

/** @throws Error that names the endpoints that take nothing, or too little */
export async function samplesAreTaken(front: Pick<Front, "ask">): Promise<string> {
  const { body } = await front.ask(`${PROMETHEUS_ENDPOINT.path}/metrics`);
  const newest = Math.max(0, ...samples(body, "highest_timestamp_in_seconds").map(({ value }) => value));
  const failed = new Map(samples(body, "samples_failed_total").map(({ name, value }) => [name, value]));
  const endpoints = samples(body, "queue_highest_sent_timestamp_seconds");
  if (endpoints.length === 0 || newest === 0) throw new Error("nothing has been scraped yet");
  const told = endpoints.map(({ name, value }) => {
    const refused = failed.get(name) ?? 0;
    const also = refused > 0 ? `, ${refused} samples were refused for good` : "";
    const behind = newest - value;
    if (value === 0) return { wrong: true, text: `${name} has taken nothing${also}; the log says why` };
    if (behind > BEHIND_AT_MOST)
      return { wrong: true, text: `${name} is ${Math.round(behind)} s behind${also}; the log says why` };
    return { wrong: false, text: `${name} takes them${also}` };
  });
  const text = told.map((one) => one.text).join("; ");
  if (told.some(({ wrong }) => wrong)) throw new Error(text);
  return text;
}

/** The samples of a metric of remote write, by the endpoint's name. */
function samples(text: string, metric: string): Array<{ name: string; value: number }> {
  const pattern = new RegExp(`^prometheus_remote_storage_${metric}(\\{.*\\})? (\\S+)$`, "gm");
  return [...text.matchAll(pattern)].map(([, labels = "", value]) => ({
    name: /remote_name="((?:[^"\\]|\\.)*)"/.exec(labels)?.[1] ?? "",
    value: Number(value),
  }));
}

// How a Prometheus keeps the samples of node exporters: what the projection to more hosts is computed from.
import { eventually, type LabHost } from "../../tests/integration/support/lab";
import { query, type Sample } from "../../tests/integration/support/queries";
import type { Memory, Samples } from "./results";
import type { Site } from "./sites";

/** Between scrapes, in seconds: three times as often as usual, so that the run is long enough for whole chunks. */
export const INTERVAL = 5;

/** For the Prometheus whose data are looked at: it makes a block of what it has in memory only when asked. */
export const SAMPLED = {
  prometheus: { scrapeInterval: `${INTERVAL}s`, arguments: ["--web.enable-admin-api"] },
};

const SNAPSHOT = "http://127.0.0.1:9090/prometheus/api/v1/admin/tsdb/snapshot";
const DATA = "/var/lib/containers/storage/volumes/podwatch-prometheus/_data";

export async function measureSamples({ monitor, targets: [target] }: Site): Promise<Samples> {
  // The front lets nobody ask for it.
  const made = await monitor.exec(`podman exec podwatch-prometheus wget -q -O - --post-data= ${SNAPSHOT}`);
  const { data } = JSON.parse(made) as { data: { name: string } };
  const blocks = `${DATA}/snapshots/${data.name}/*`;
  const sizes = await monitor.exec(`
    cat ${blocks}/chunks/* | wc -c
    cat ${blocks}/index | wc -c
    cat ${blocks}/meta.json`);
  const scraped = await one(monitor, `scrape_samples_scraped{job="node", instance="${target?.name}"}`);
  return { scraped, interval: INTERVAL, ...blocksIn(sizes) };
}

/** Reads the sizes of chunks and index, and the `meta.json` of each block. */
export function blocksIn(text: string): Omit<Samples, "scraped" | "interval"> {
  const [chunkBytes, indexBytes] = text.trim().split("\n").map(Number);
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`"${name}": (\\d+)`, "g"))].reduce((all, [, one]) => all + Number(one), 0);
  const [chunkSamples, series] = [sum("numSamples"), sum("numSeries")];
  if (!chunkBytes || !indexBytes || !chunkSamples || !series) throw new Error(`no block is in: ${text}`);
  return { chunkBytes, chunkSamples, indexBytes, series };
}

/** What the Prometheus of a site takes now. */
export async function memoryOf({ monitor, targets }: Site): Promise<Memory> {
  const itself = '{job="prometheus"}';
  return {
    hosts: targets.length,
    series: await one(monitor, `prometheus_tsdb_head_series${itself}`),
    resident: await one(monitor, `process_resident_memory_bytes${itself}`),
  };
}

/** Processor time of the site's Prometheus for each sample, over the last minutes, in seconds. */
export function timePerSample({ monitor }: Site): Promise<number> {
  const rate = (name: string) => `rate(${name}{job="prometheus"}[2m])`;
  const samples = `sum without (type) (${rate("prometheus_tsdb_head_samples_appended_total")})`;
  return one(monitor, `${rate("process_cpu_seconds_total")} / ${samples}`);
}

/** The only result, once Prometheus has scraped it often enough. */
async function one(host: LabHost, expression: string): Promise<number> {
  const [found] = await eventually(
    60,
    () => query(host, expression),
    ([first]) => first !== undefined,
  );
  return (found as Sample).value;
}

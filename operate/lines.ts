// What Telegrafs send to InfluxDB: whether it takes it.
import type { Front } from "./front";
import { PROMETHEUS } from "./prometheus";

/** Whether the Prometheus of a bundle watches a Telegraf. */
export function watchesTelegraf(bundle: string): boolean {
  return /^ +- job_name: telegraf$/m.test(bundle);
}

/** Telegrafs that write to InfluxDB, and in the last two minutes only failed to: by the name of the host. */
const WRITING = 'internal_write_errors{job="telegraf", output="influxdb"}';
const FAILING =
  `increase(${WRITING}[2m]) > 0 ` +
  'unless increase(internal_write_metrics_written{job="telegraf", output="influxdb"}[2m]) > 0';

interface Vector {
  readonly data: { readonly result: ReadonlyArray<{ readonly metric: Readonly<Record<string, string>> }> };
}

/** @throws Error that names the hosts whose Telegraf writes nothing */
export async function linesAreTaken(front: Pick<Front, "json">): Promise<string> {
  const hosts = async (expression: string) => {
    const { data } = await front.json<Vector>(`${PROMETHEUS}/query?query=${encodeURIComponent(expression)}`);
    return [...new Set(data.result.map(({ metric }) => metric.instance ?? ""))].sort();
  };
  const failing = await hosts(FAILING);
  if (failing.length > 0) {
    throw new Error(
      `what ${failing.join(", ")} sends waits on disk there, since InfluxDB does not take it: see journalctl --unit podwatch-telegraf`,
    );
  }
  const writing = await hosts(WRITING);
  return writing.length === 0
    ? "no Telegraf writes to an InfluxDB"
    : `those of ${writing.join(", ")} get there`;
}

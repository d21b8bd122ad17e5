import { PROMETHEUS_ENDPOINT } from "../components/prometheus/endpoint";
import type { Front } from "./front";

/** Where Prometheus' API is at the front. */
export const PROMETHEUS = `${PROMETHEUS_ENDPOINT.path}/api/v1`;

export interface Age {
  /** Its time, in seconds. */
  readonly now: number;
  /** Time since its start or last reload, in seconds; negative if the clock was set back since. */
  readonly sinceConfigured: number;
}

/** Age of the active configuration, by Prometheus' own clock. */
export async function age(front: Front): Promise<Age> {
  type Runtime = { readonly data: { readonly lastConfigTime: string; readonly serverTime?: string } };
  const { data: runtime } = await front.json<Runtime>(`${PROMETHEUS}/status/runtimeinfo`);
  const { serverTime } = runtime;
  const now = serverTime === undefined ? await askedTime(front) : Date.parse(serverTime) / 1000;
  return { now, sinceConfigured: now - Date.parse(runtime.lastConfigTime) / 1000 };
}

/** Before version 3 it tells its time only to those who query, whom an agent does not answer. */
async function askedTime(front: Front): Promise<number> {
  type Clock = { readonly data: { readonly result: readonly [now: number, value: string] } };
  const clock = await front.json<Clock>(`${PROMETHEUS}/query?query=time()`).catch(() => undefined);
  return clock?.data.result[0] ?? Date.now() / 1000;
}

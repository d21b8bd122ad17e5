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
  type Clock = { readonly data: { readonly result: readonly [now: number, value: string] } };
  type Runtime = { readonly data: { readonly lastConfigTime: string } };
  const { data: clock } = await front.json<Clock>(`${PROMETHEUS}/query?query=time()`);
  const { data: runtime } = await front.json<Runtime>(`${PROMETHEUS}/status/runtimeinfo`);
  const [now] = clock.result;
  return { now, sinceConfigured: now - Date.parse(runtime.lastConfigTime) / 1000 };
}

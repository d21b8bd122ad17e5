// What differs between a server and an agent, which only scrapes and forwards.
import { inMilliseconds } from "../../lib/duration";

export type Mode = "server" | "agent";

/** How long an agent keeps what no endpoint takes. */
export interface AgentRetention {
  readonly minTime: string;
  readonly maxTime: string;
}

export interface Storage {
  readonly mode?: Mode;
  readonly retention: { readonly time: string; readonly size?: string };
  readonly agentRetention?: AgentRetention;
}

/** A directory of its own below the volume: what a server stored there is left alone. */
const AGENT_DATA = "/prometheus/agent";

/** Prometheus' own default of `--storage.agent.wal-truncate-frequency`; `max-time` has no effect below it. */
const TRUNCATED_EVERY = "2h";

export function storageFlags(image: string, { mode, retention, agentRetention }: Storage): string[] {
  if (mode !== "agent" || agentRetention === undefined) {
    return [
      "--storage.tsdb.path=/prometheus",
      `--storage.tsdb.retention.time=${retention.time}`,
      ...(retention.size === undefined ? [] : [`--storage.tsdb.retention.size=${retention.size}`]),
    ];
  }
  const { minTime, maxTime } = agentRetention;
  return [
    isBefore3(image) ? "--enable-feature=agent" : "--agent",
    `--storage.agent.path=${AGENT_DATA}`,
    `--storage.agent.retention.min-time=${minTime}`,
    `--storage.agent.retention.max-time=${maxTime}`,
    ...(inMilliseconds(maxTime) < inMilliseconds(TRUNCATED_EVERY)
      ? [`--storage.agent.wal-truncate-frequency=${maxTime}`]
      : []),
  ];
}

export function isBefore3(image: string): boolean {
  return /:v?[12]\.\d/.test(image);
}

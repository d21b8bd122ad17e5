import type { GroupCases } from "../model";

const LABELS = { job: "apache", instance: "mon1", server: "mon1" };

function of(metric: string, state?: string): string {
  return `${metric}{job="apache", instance="mon1", server="mon1"${state === undefined ? "" : `, state="${state}"`}}`;
}

const UP = of("apache_up");
const SCRAPED = of("up");
const DURATION = of("scrape_duration_seconds");
const SLOTS = of("apache_scoreboard", "idle");
const IDLE = of("apache_workers", "idle");
const BUSY = of("apache_workers", "busy");

export const apacheCases: GroupCases = {
  ApacheDown: {
    fires: {
      "when it refuses": { series: { [UP]: "1 0x10" }, since: "1m", labels: LABELS },
      "when it hangs, and its exporter with it": {
        series: { [UP]: "1 stale", [SCRAPED]: "1 0x10", [DURATION]: "0.01 10.001x10" },
        since: "1m",
        labels: LABELS,
      },
    },
    silent: {
      "while it answers": { series: { [UP]: "0 1x10", [SCRAPED]: "0 1x10", [DURATION]: "1x10" }, at: "5m" },
      "when its exporter is gone": {
        series: { [UP]: "1 stale", [SCRAPED]: "1 0x10", [DURATION]: "0.01 0.003x10" },
        at: "5m",
      },
    },
  },
  ApacheStatusMissing: {
    fires: {
      "when it answers with something else": {
        series: { [UP]: "1x20", [SLOTS]: "5 stale" },
        since: "1m",
        labels: LABELS,
      },
    },
    silent: {
      "while it shows its status": { series: { [UP]: "1x20", [SLOTS]: "5x20" }, at: "15m" },
      "while it is down": { series: { [UP]: "1 0x20", [SLOTS]: "5 stale" }, at: "15m" },
    },
  },
  ApacheWorkersExhausted: {
    fires: {
      "without an idle worker": {
        series: { [IDLE]: "5 0x10", [BUSY]: "150x10" },
        since: "1m",
        labels: { ...LABELS, state: "idle" },
        value: "0",
      },
    },
    silent: { "with one": { series: { [IDLE]: "5 1x10", [BUSY]: "149x10" }, at: "5m" } },
  },
  ApacheWorkersFew: {
    fires: {
      "at 9.5 %": {
        series: { [IDLE]: "19x20", [BUSY]: "181x20" },
        since: "0s",
        labels: LABELS,
        value: "9.5%",
        just: "below",
      },
    },
    silent: { "at 10.5 %": { series: { [IDLE]: "21x20", [BUSY]: "179x20" }, at: "15m", just: "below" } },
  },
};

import type { GroupCases } from "../model";

const AGENT = { job: "prometheus", instance: "localhost:9090", host: "edge" };
const OF_AGENT = 'job="prometheus", instance="localhost:9090", host="edge"';
const SERIES = `prometheus_agent_active_series{${OF_AGENT}}`;
const ENDPOINT = { remote_name: "central", url: "http://a/" };
const OF_ENDPOINT = `${OF_AGENT}, remote_name="central", url="http://a/"`;
const FAILED = `prometheus_remote_storage_samples_failed_total{${OF_ENDPOINT}}`;
const HISTOGRAMS = `prometheus_remote_storage_histograms_failed_total{${OF_ENDPOINT}}`;
const NEWEST = `prometheus_remote_storage_highest_timestamp_in_seconds{${OF_AGENT}}`;
const SENT = `prometheus_remote_storage_queue_highest_sent_timestamp_seconds{${OF_ENDPOINT}}`;

export const agentsCases: GroupCases = {
  AgentSilent: {
    fires: {
      // A series is looked for in the last five minutes.
      "when nothing comes any more": { series: { [SERIES]: "700x2" }, since: "7m", labels: AGENT },
    },
    silent: {
      "while something comes": { series: { [SERIES]: "700x30" }, at: "20m" },
      "once a day has passed": { series: { [SERIES]: "700x2" }, at: "25h" },
    },
  },
  RemoteWriteFailing: {
    fires: {
      "when samples are refused": {
        series: { [FAILED]: "0 0+100x20", [HISTOGRAMS]: "0x21" },
        since: "2m",
        labels: { ...AGENT, ...ENDPOINT },
        value: "500",
      },
      "when native histograms are": {
        series: { [FAILED]: "0x21", [HISTOGRAMS]: "0 0+1x20" },
        since: "2m",
        labels: { ...AGENT, ...ENDPOINT },
        value: "5",
      },
    },
    silent: {
      "after a single time": { series: { [FAILED]: "0 100x30" }, at: "10m" },
      "while all are taken": { series: { [FAILED]: "7x20", [HISTOGRAMS]: "7x20" }, at: "10m" },
    },
  },
  RemoteWriteBehind: {
    fires: {
      "when the endpoint is 125 s behind": {
        series: { [NEWEST]: "1000+60x40", [SENT]: "875+60x40" },
        since: "0s",
        labels: { ...AGENT, ...ENDPOINT },
        value: "2m 5s",
        just: "above",
      },
    },
    silent: {
      "when it is 115 s behind": {
        series: { [NEWEST]: "1000+60x40", [SENT]: "885+60x40" },
        at: "20m",
        just: "above",
      },
    },
  },
};

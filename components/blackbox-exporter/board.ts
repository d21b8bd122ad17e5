// Blackbox exporter: availability and speed of targets, and expiry of certificates.

import type { Board } from "../../dashboards/board";
import { lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF } from "../../dashboards/sizes";
import { PROBES_JOB } from "./endpoint";

const PROBES = `job="${PROBES_JOB}", instance=~"$instance"`;
const THIRD_ROW = { width: 8, height: 4 };

export const probes: Board = {
  uid: "podwatch-probes",
  title: "Probes",
  description:
    "What is checked from outside: whether it answers, how fast, and until when certificates hold.",
  from: "now-6h",
  refresh: "30s",
  variables: {
    instance: { label: "Target", query: `label_values(probe_success{job="${PROBES_JOB}"}, instance)` },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Answers", panels: answers() },
  ],
};

function overview() {
  return [
    stat({
      title: "Probes that succeed",
      description: "Targets that answered as they should.",
      unit: "short",
      ...THIRD_ROW,
      queries: [{ expr: `sum(probe_success{${PROBES}})`, legend: "succeed" }],
    }),
    stat({
      title: "Probes that fail",
      description: "Targets that did not answer as they should; the exporter's own page says why.",
      unit: "short",
      ...THIRD_ROW,
      thresholds: [[1, "red"]],
      queries: [{ expr: `count(probe_success{${PROBES}} == 0) or vector(0)`, legend: "fail" }],
    }),
    stat({
      title: "Success in the time shown",
      description: "Share of probes that succeeded, over all targets.",
      unit: "percentunit",
      decimals: 2,
      ...THIRD_ROW,
      queries: [{ expr: `avg(avg_over_time(probe_success{${PROBES}}[$__range]))`, legend: "success" }],
    }),
  ];
}

function answers() {
  return [
    timeline({
      title: "Success by target",
      description: "When each target answered as it should.",
      unit: "none",
      ...HALF,
      mappings: valueNames({ 0: ["failed", "red"], 1: ["succeeded", "green"] }),
      queries: [{ expr: `probe_success{${PROBES}}`, legend: "{{instance}}" }],
    }),
    lines({
      title: "Time by target",
      description: "How long each probe takes in all.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [{ expr: `probe_duration_seconds{${PROBES}}`, legend: "{{instance}}" }],
    }),
    lines({
      title: "HTTP, time by phase",
      description: "What probes over HTTP spend their time on, the mean of the targets.",
      unit: "s",
      min: 0,
      stacked: true,
      ...HALF,
      queries: [{ expr: `avg by (phase) (probe_http_duration_seconds{${PROBES}})`, legend: "{{phase}}" }],
    }),
    lines({
      title: "HTTP, status",
      description: "Status code of each answer; 0 means that there was none.",
      unit: "none",
      min: 0,
      ...HALF,
      queries: [{ expr: `probe_http_status_code{${PROBES}}`, legend: "{{instance}}" }],
    }),
    lines({
      title: "Certificates",
      description: "Time until the first certificate of each target's chain ends.",
      unit: "s",
      ...HALF,
      queries: [{ expr: `probe_ssl_earliest_cert_expiry{${PROBES}} - time()`, legend: "{{instance}}" }],
    }),
    lines({
      title: "Time to look up names",
      description: "How long each probe's DNS query takes.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [{ expr: `probe_dns_lookup_time_seconds{${PROBES}}`, legend: "{{instance}}" }],
    }),
  ];
}

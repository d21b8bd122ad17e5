// The whole installation on one screen: current problems, and what is monitored.
import type { Board } from "../../dashboards/board";
import { lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF, SIXTH, THIRD } from "../../dashboards/sizes";

export const overview: Board = {
  uid: "podwatch-overview",
  title: "Overview",
  description: "The whole installation: alerts that fire, targets that are down, and what is watched.",
  from: "now-6h",
  refresh: "30s",
  sections: [
    { title: "Now", panels: now() },
    { title: "What happened", panels: happened() },
    { title: "What is watched", panels: watched() },
  ],
};

function now() {
  return [
    firing("critical", "Alerts that need somebody at once.", "red"),
    firing("warning", "Alerts that somebody should look at today.", "orange"),
    stat({
      title: "Alerts pending",
      description: "Alerts whose condition holds, but not for long enough yet.",
      unit: "short",
      ...SIXTH,
      thresholds: [[1, "blue"]],
      queries: [{ expr: 'count(ALERTS{alertstate="pending"}) or vector(0)', legend: "pending" }],
    }),
    stat({
      title: "Targets down",
      description: "Targets that did not answer the last scrape, of all jobs.",
      unit: "short",
      ...SIXTH,
      thresholds: [[1, "red"]],
      queries: [{ expr: "count(up == 0) or vector(0)", legend: "down" }],
    }),
    stat({
      title: "Targets up",
      description: "Targets that answered the last scrape, of all jobs.",
      unit: "short",
      trend: true,
      ...SIXTH,
      queries: [{ expr: "sum(up)", legend: "up" }],
    }),
    stat({
      title: "Samples",
      description:
        "Samples that one round over all targets brings: a sudden change means a new or lost source.",
      unit: "short",
      trend: true,
      ...SIXTH,
      queries: [{ expr: "sum(scrape_samples_scraped)", legend: "samples" }],
    }),
  ];
}

function firing(severity: "critical" | "warning", description: string, colour: "red" | "orange") {
  return stat({
    title: `Alerts firing, ${severity}`,
    description,
    unit: "short",
    ...SIXTH,
    thresholds: [[1, colour]],
    queries: [
      {
        expr: `count(ALERTS{alertstate="firing", severity="${severity}"}) or vector(0)`,
        legend: severity,
      },
    ],
  });
}

function happened() {
  return [
    timeline({
      title: "Alerts",
      description: "When each alert fired. Watchdog always does: it shows that alerts are evaluated.",
      unit: "none",
      ...HALF,
      mappings: valueNames({ 1: ["firing", "blue"], 2: ["warning", "orange"], 3: ["critical", "red"] }),
      queries: [
        {
          expr:
            'max by (alertname, instance) (3 * ALERTS{alertstate="firing", severity="critical"} or ' +
            '2 * ALERTS{alertstate="firing", severity="warning"} or ALERTS{alertstate="firing"})',
          legend: "{{alertname}} {{instance}}",
        },
      ],
    }),
    timeline({
      title: "Targets",
      description: "When each target answered.",
      unit: "none",
      ...HALF,
      mappings: valueNames({ 0: ["down", "red"], 1: ["up", "green"] }),
      queries: [{ expr: "max by (job, instance) (up)", legend: "{{job}} {{instance}}" }],
    }),
  ];
}

function watched() {
  return [
    lines({
      title: "Targets by job",
      description: "Targets that answered.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: "sum by (job) (up)", legend: "{{job}}" }],
    }),
    lines({
      title: "Time to answer, slowest target of each job",
      description: "How long a scrape takes; close to the job's interval, samples are lost.",
      unit: "s",
      min: 0,
      ...THIRD,
      queries: [{ expr: "max by (job) (scrape_duration_seconds)", legend: "{{job}}" }],
    }),
    lines({
      title: "Series by job",
      description: "Series that the last round over each job's targets brought.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: "sum by (job) (scrape_samples_post_metric_relabeling)", legend: "{{job}}" }],
    }),
  ];
}

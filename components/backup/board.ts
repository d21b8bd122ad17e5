// The backups that hosts make by themselves: whether they are good, how old, how long they take and how much they hold.

import type { Board } from "../../dashboards/board";
import { lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF } from "../../dashboards/sizes";

const HOSTS = `instance=~"$instance"`;
const THIRD_LOW = { width: 8, height: 4 };

export const backups: Board = {
  uid: "podwatch-backups",
  title: "Backups",
  description: "The backups that hosts make by themselves: their age, their results, their time and size.",
  from: "now-7d",
  refresh: "30s",
  variables: {
    instance: { label: "Host", query: "label_values(podwatch_backup_last_run_success, instance)" },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Runs", panels: runs() },
  ],
};

function overview() {
  return [
    stat({
      title: "Age of the last good backup",
      description: "Time since the last good backup was begun; of several hosts the oldest.",
      unit: "s",
      ...THIRD_LOW,
      thresholds: [
        [26 * 3600, "orange"],
        [36 * 3600, "red"],
      ],
      queries: [
        {
          expr: `max(time() - podwatch_backup_last_success_timestamp_seconds{${HOSTS}})`,
          legend: "age",
        },
      ],
    }),
    stat({
      title: "Hosts whose last backup failed",
      description: "Hosts whose last run was not good, whatever came before it.",
      unit: "short",
      ...THIRD_LOW,
      thresholds: [[1, "red"]],
      queries: [
        { expr: `count(podwatch_backup_last_run_success{${HOSTS}} == 0) or vector(0)`, legend: "failed" },
      ],
    }),
    stat({
      title: "Data saved",
      description:
        "Size of the data in the last good backups, before restic has left out what it has already.",
      unit: "bytes",
      trend: true,
      ...THIRD_LOW,
      queries: [{ expr: `sum(podwatch_backup_size_bytes{${HOSTS}})`, legend: "data" }],
    }),
  ];
}

function runs() {
  return [
    timeline({
      title: "Results",
      description: "Result of each host's last run.",
      unit: "short",
      ...HALF,
      mappings: valueNames({ "1": ["good", "green"], "0": ["failed", "red"] }),
      queries: [{ expr: `podwatch_backup_last_run_success{${HOSTS}}`, legend: "{{instance}}" }],
    }),
    lines({
      title: "Age",
      description: "Time since the last good backup was begun. It falls to nothing with each good one.",
      unit: "s",
      ...HALF,
      queries: [
        {
          expr: `time() - podwatch_backup_last_success_timestamp_seconds{${HOSTS}}`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Time taken",
      description: "How long the last good backup took.",
      unit: "s",
      ...HALF,
      queries: [{ expr: `podwatch_backup_last_success_duration_seconds{${HOSTS}}`, legend: "{{instance}}" }],
    }),
    lines({
      title: "Data by service",
      description: "Size of the data of each service in the last good backup.",
      unit: "bytes",
      ...HALF,
      queries: [{ expr: `podwatch_backup_size_bytes{${HOSTS}}`, legend: "{{instance}} {{service}}" }],
    }),
  ];
}

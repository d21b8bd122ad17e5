import type { GroupCases } from "../model";

const LABELS = { job: "node", instance: "mon1" };
const LAST_GOOD = 'podwatch_backup_last_success_timestamp_seconds{job="node", instance="mon1"}';
const GOOD = 'podwatch_backup_last_run_success{job="node", instance="mon1"}';

export const backupCases: GroupCases = {
  BackupTooOld: {
    fires: {
      // Time begins at 0.
      "when the last good one is older than 36 hours": {
        series: { [LAST_GOOD]: "0x2200" },
        since: "36h1m",
        labels: LABELS,
        value: "1d 12h 6m 0s",
        just: "above",
      },
    },
    silent: {
      "at 36 hours": { series: { [LAST_GOOD]: "0x2200" }, at: "36h", just: "above" },
      "after the next one": { series: { [LAST_GOOD]: "0x2000 120000x300" }, at: "37h" },
    },
  },
  BackupFailed: {
    fires: { "when it failed": { series: { [GOOD]: "1 0x5" }, since: "1m", labels: LABELS } },
    silent: { "when it succeeded": { series: { [GOOD]: "0 1x5" }, at: "3m" } },
  },
};

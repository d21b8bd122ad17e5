import { inSeconds } from "../../lib/duration";
import { alert, duration, type RuleGroup } from "../../lib/rules/model";

export const backupRules: RuleGroup = {
  name: "backup",
  about: "The backups that hosts make by themselves.",
  alerts: [
    alert({
      name: "BackupTooOld",
      severity: "critical",
      for: "5m",
      thresholds: { above: duration("36h", "Age of the last good backup.") },
      what: "There has been no good backup for too long",
      expr: ({ above }) => `time() - podwatch_backup_last_success_timestamp_seconds > ${inSeconds(above)}`,
      summary: "The last good backup of {{ $labels.instance }} is too old",
      description: ({ above }) =>
        `The last good backup of {{ $labels.instance }} was made {{ $value | humanizeDuration }} ago, more than ${above}. What has been recorded since is lost if its disk is.`,
    }),
    alert({
      name: "BackupFailed",
      severity: "warning",
      thresholds: {},
      what: "The last backup failed",
      expr: () => "podwatch_backup_last_run_success == 0",
      summary: "The last backup of {{ $labels.instance }} failed",
      description: () =>
        "The last backup of {{ $labels.instance }} failed; npm run logs with --service backup says why. It is tried again at the next time of its schedule.",
    }),
  ],
};

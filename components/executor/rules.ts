import { inSeconds } from "../../lib/duration";
import { alert, duration, number, type RuleGroup } from "../../lib/rules/model";

// That the executor itself is down is InstanceDown's affair.
export const executorRules: RuleGroup = {
  name: "executor",
  about: "The executor's scenarios, by its own metrics.",
  alerts: [
    alert({
      name: "ScenarioFails",
      severity: "warning",
      thresholds: { times: number(2, "Runs in a row that failed.") },
      what: "A scenario fails again and again",
      expr: ({ times }) =>
        `podwatch_executor_failures_in_a_row >= ${times}\nand podwatch_executor_result == 2`,
      summary: "Scenario {{ $labels.job_name }} fails",
      description: () =>
        "The last {{ $value }} runs of {{ $labels.job_name }} in {{ $labels.zone }} failed. Their logs are behind the front, under /executor/{{ $labels.job_name }}/.",
    }),
    alert({
      name: "ScenarioHangs",
      severity: "warning",
      thresholds: {},
      what: "The last run of a scenario took too long, and was ended",
      expr: () => "podwatch_executor_result == 4",
      summary: "Scenario {{ $labels.job_name }} hangs",
      description: () =>
        "The last run of {{ $labels.job_name }} in {{ $labels.zone }} was ended, since it took longer than its timeout.",
    }),
    alert({
      name: "ScenarioNotRun",
      severity: "warning",
      for: "1m",
      thresholds: {
        periods: number(3, "Periods of the job without the start of a run, besides its timeout."),
      },
      what: "A scenario has not run for too long",
      expr: ({ periods }) =>
        `time() - podwatch_executor_last_start_timestamp_seconds\n> ${periods} * podwatch_executor_period_seconds + podwatch_executor_timeout_seconds`,
      summary: "Scenario {{ $labels.job_name }} does not run",
      description: () =>
        "{{ $labels.job_name }} in {{ $labels.zone }} has not begun a run for {{ $value | humanizeDuration }}: it waits for a thread, for its group, or for a run that does not end.",
    }),
    alert({
      name: "ScenariosLate",
      severity: "warning",
      for: "10m",
      thresholds: {
        above: number(0.1, "Share of runs that are left out, of all that fall due, within 30 minutes."),
      },
      what: "Scenarios are left out, since there are too few threads or runs take too long",
      expr: ({ above }) =>
        `sum by (instance, zone) (increase(podwatch_executor_missed_total[30m]))\n/ (sum by (instance, zone) (increase(podwatch_executor_missed_total[30m])) + sum by (instance, zone) (increase(podwatch_executor_runs_total[30m])))\n> ${above}`,
      summary: "The executor on {{ $labels.instance }} leaves runs out",
      description: () =>
        "{{ $value | humanizePercentage }} of the runs that fell due on {{ $labels.instance }} within 30 minutes were left out.",
    }),
    alert({
      name: "ScenariosStale",
      severity: "warning",
      thresholds: { above: duration("1h", "Time since the source was refreshed last.") },
      what: "The scenarios' source cannot be refreshed",
      expr: ({ above }) => `podwatch_executor_source_timestamp_seconds < time() - ${inSeconds(above)}`,
      summary: "The executor on {{ $labels.instance }} cannot refresh its scenarios",
      description: () =>
        "The source of the scenarios on {{ $labels.instance }} was refreshed last at {{ $value | humanizeTimestamp }}: what was there then runs on.",
    }),
  ],
};

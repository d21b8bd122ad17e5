import type { GroupCases } from "../model";

const AT = 'job="executor", instance="exec1", zone="north"';
const JOB = `${AT}, job_name="token"`;
const LABELS = { job: "executor", instance: "exec1", zone: "north", job_name: "token" };
const RESULT = `podwatch_executor_result{${JOB}}`;
const IN_A_ROW = `podwatch_executor_failures_in_a_row{${JOB}}`;
const START = `podwatch_executor_last_start_timestamp_seconds{${JOB}}`;
const PERIOD = `podwatch_executor_period_seconds{${JOB}}`;
const TIMEOUT = `podwatch_executor_timeout_seconds{${JOB}}`;
const SOURCE = `podwatch_executor_source_timestamp_seconds{${AT}}`;
const MISSED = `podwatch_executor_missed_total{${JOB}, reason="running"}`;
const RUNS = `podwatch_executor_runs_total{${JOB}, result="ok"}`;

export const executorCases: GroupCases = {
  ScenarioFails: {
    fires: {
      "when two runs in a row failed": {
        series: { [RESULT]: "0 2 2 2 2", [IN_A_ROW]: "0 1 2 2 2" },
        since: "2m",
        labels: LABELS,
        value: "2",
        just: "times",
        margin: 0.5,
      },
    },
    silent: {
      "after one": { series: { [RESULT]: "2x5", [IN_A_ROW]: "1x5" }, at: "5m", just: "times", margin: 0.5 },
      "when it hangs": { series: { [RESULT]: "4x5", [IN_A_ROW]: "5x5" }, at: "5m" },
    },
  },
  ScenarioHangs: {
    fires: { "once a run was ended": { series: { [RESULT]: "0 4 4" }, since: "1m", labels: LABELS } },
    silent: { "when a run failed": { series: { [RESULT]: "2x5" }, at: "5m" } },
  },
  ScenarioNotRun: {
    fires: {
      "after three periods and a timeout": {
        // Time begins at 0.
        series: { [START]: "0x60", [PERIOD]: "300x60", [TIMEOUT]: "60x60" },
        since: "17m",
        labels: LABELS,
        value: "18m 0s",
        just: "periods",
        margin: 0.2,
      },
    },
    silent: {
      "just then": {
        series: { [START]: "0x60", [PERIOD]: "300x60", [TIMEOUT]: "60x60" },
        at: "16m",
        just: "periods",
        margin: 0.1,
      },
    },
  },
  ScenariosLate: {
    fires: {
      "when a ninth of the runs is left out": {
        series: { [MISSED]: "0+1x120", [RUNS]: "0+8x120" },
        since: "1m",
        labels: { instance: "exec1", zone: "north" },
        value: "11.11%",
        just: "above",
        margin: 0.2,
      },
    },
    silent: {
      "when an eleventh is": {
        series: { [MISSED]: "0+1x120", [RUNS]: "0+10x120" },
        at: "60m",
        just: "above",
        margin: 0.2,
      },
    },
  },
  ScenariosStale: {
    fires: {
      "when the last refresh is older than an hour": {
        series: { [SOURCE]: "60x100" },
        since: "62m",
        labels: { job: "executor", instance: "exec1", zone: "north" },
        value: "1970-01-01 00:01:00 +0000 UTC",
        just: "above",
      },
    },
    silent: { "at an hour": { series: { [SOURCE]: "60x61" }, at: "61m", just: "above" } },
  },
};

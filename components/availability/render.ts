import { authority, urlOf } from "../../lib/endpoint";
import { type RecordingGroup, recordingFiles } from "../../lib/rules/record";
import type { ScrapeJob, Telemetry } from "../../lib/telemetry";
import { metricsJob } from "../../lib/telemetry";
import type { Backend } from "../nginx/render";
import { agentsRules } from "../prometheus/agents.rules";
import type { RemoteWrite } from "../prometheus/remote.render";
import { PROMETHEUS_BACKEND } from "../prometheus/render";
import { HISTORY, HISTORY_ENDPOINT, MONTHS_JOB } from "./endpoint";
import { availabilityRules } from "./rules";
import { aggregateStates, endpointStates, type StatesInput } from "./states.render";
import { calendar, DAYS, MONTHS, minutes, type Period, sums } from "./sums.render";
import { type TargetsInput, targets } from "./targets.render";

export interface AvailabilityInput extends StatesInput, TargetsInput {
  readonly history: { readonly enabled: boolean };
}

const BOARDS = ["region.json", "site.json"];

const THIS_MONTH: readonly Period[] = MONTHS.filter(({ name }) => name === "month");

/** States each minute, and the sums of today and yesterday. */
export function dailyGroup(input: StatesInput & TargetsInput): RecordingGroup {
  return {
    name: "availability",
    interval: "1m",
    rules: [
      ...[...DAYS, ...THIS_MONTH].map(calendar),
      ...endpointStates(input),
      ...aggregateStates(),
      ...targets(input),
      ...minutes(),
      ...DAYS.flatMap(sums),
    ],
  };
}

/**
 * The sums of this month and the last.
 *
 * @param calendars those that are recorded nowhere else
 */
export function monthlyGroup(calendars = MONTHS): RecordingGroup {
  return {
    name: "availability-months",
    // More than five minutes, and there would be no value in between.
    interval: "4m",
    rules: [...calendars.map(calendar), ...MONTHS.flatMap(sums)],
  };
}

/**
 * What the history is made of. What it makes itself of that must not be sent to it. The sums of today, which change with each
 * sample, would take ten times the space of all that.
 */
const SENT = "availability:(endpoint_state|(service|site)_(state|up|known|scheduled)|.+:yesterday)";

/** What the history makes. */
const MADE = "availability:.+:(month|last_month)";

/** Receives samples from its own host only. */
export const HISTORY_BACKEND: Backend = {
  ...PROMETHEUS_BACKEND,
  name: HISTORY,
  endpoint: HISTORY_ENDPOINT,
  closed: [...(PROMETHEUS_BACKEND.closed ?? []), "api/v1/write", "api/v1/otlp"],
  samples: [],
  title: "Prometheus (history)",
  description: "Availability and reliability of more than a year.",
};

/** Name of the history among the endpoints that samples are sent to. */
export const TO_HISTORY = HISTORY;

/**
 * How the history gets its samples.
 *
 * @param externalLabels that it has no use for
 */
export function toHistory(externalLabels: readonly string[]): RemoteWrite<never> {
  return {
    name: TO_HISTORY,
    url: `${urlOf(HISTORY_ENDPOINT)}/api/v1/write`,
    extra: {
      write_relabel_configs: [
        { source_labels: ["__name__"], regex: SENT, action: "keep" },
        ...(externalLabels.length > 0 ? [{ regex: externalLabels.join("|"), action: "labeldrop" }] : []),
      ],
      // There is one sample a minute, so one shard is enough.
      queue_config: { max_shards: 2 },
    },
  };
}

/** The results of the history, for alerts and dashboards of the Prometheus that scrapes. */
function monthsJob(): ScrapeJob<never> {
  return {
    config: {
      job_name: MONTHS_JOB,
      scrape_interval: "1m",
      metrics_path: `${HISTORY_ENDPOINT.path}/federate`,
      params: { "match[]": [`{__name__=~"${MADE}"}`] },
      honor_labels: true,
      metric_relabel_configs: [{ regex: "job|instance", action: "labeldrop" }],
      // They are from some minutes ago.
      honor_timestamps: false,
      static_configs: [{ targets: [authority(HISTORY_ENDPOINT)] }],
    },
    endpoint: HISTORY_ENDPOINT,
  };
}

export function availabilityTelemetry(input: AvailabilityInput): Telemetry<never> {
  const months = MONTHS.filter((period) => !THIS_MONTH.includes(period));
  return input.history.enabled
    ? {
        scrapeJobs: [metricsJob(HISTORY, HISTORY_ENDPOINT), monthsJob()],
        dashboards: BOARDS,
        // It is what others send to.
        ruleGroups: [availabilityRules, agentsRules],
        recordings: recordingFiles([dailyGroup(input)]),
      }
    : {
        scrapeJobs: [],
        dashboards: BOARDS,
        ruleGroups: [availabilityRules],
        recordings: recordingFiles([dailyGroup(input), monthlyGroup(months)]),
      };
}

// The state of every endpoint, service type of a site, and site, recorded each minute.
import type { Recording } from "../../lib/rules/record";

/** What a state is recorded as. */
export const STATES = { down: 0, up: 1, scheduled: 2, unknown: 3 } as const;

export interface StatesInput {
  /** Jobs whose targets count, each a regular expression. */
  readonly jobs: readonly string[];
  /** Those of them that count by `probe_success` rather than `up`. */
  readonly probeJobs: readonly string[];
  /** Service types that count; none: all. */
  readonly serviceTypes: readonly string[];
  /** The region of targets that do not name theirs. */
  readonly region: string;
  /** How long after its last sample the state of a check is known. */
  readonly unknownAfter: string;
}

const ENDPOINT = "roc, site, service_type, hostname";
const IN_TOPOLOGY = "site, service_type, hostname";

/** What is used of it, in regular expressions. */
const YES = "(?i:y|yes|true|1)";

export function endpointStates(input: StatesInput): Recording[] {
  const { unknownAfter, region } = input;
  // A dollar sign would refer to a part of the match.
  const name = quoted(region.replaceAll("$", "$$$$"));
  const named = (expr: string) => `label_replace(${expr}, "roc", ${name}, "roc", "")`;
  // A target has `up` for as long as it is one, whether or not what probes it answers; a job of an executor counts on while that is away.
  const ran = `podwatch_executor_check{${selector(input)}}`;
  const counted = named(
    `(up{${selector(input)}} or ${ran} or last_over_time(${ran}[6h]) and on (job, instance) up == 0)` +
      ` unless on (${IN_TOPOLOGY}) availability:endpoint_excluded`,
  );
  const seen = named(
    `last_over_time(probe_success{${selector(input)}, job=~${anyOf(input.probeJobs)}}[${unknownAfter}])` +
      ` or last_over_time(up{${selector(input)}, job!~${anyOf(input.probeJobs)}}[${unknownAfter}])` +
      ` or last_over_time(${ran}[${unknownAfter}]) != ${STATES.unknown}`,
  );
  return [
    {
      // A topology that cannot be read for some hours still says what is not in production.
      record: "availability:endpoint_excluded",
      expr: lines(
        `group by (${IN_TOPOLOGY}) (`,
        `  last_over_time(podwatch_topology_service{production!~"${YES}"}[6h])`,
        `  or last_over_time(podwatch_topology_service{monitored!~"${YES}"}[6h])`,
        ")",
        `unless on (${IN_TOPOLOGY})`,
        `podwatch_topology_service{production=~"${YES}", monitored=~"${YES}"}`,
      ),
    },
    {
      record: "availability:endpoint_state",
      expr: lines(
        `${STATES.scheduled} * group by (${ENDPOINT}) (`,
        `  ${counted}`,
        `  and on (${IN_TOPOLOGY}) podwatch_topology_downtime{classification="SCHEDULED", severity="OUTAGE"}`,
        ")",
        `or ${STATES.down} * group by (${ENDPOINT}) (${seen} == 0 and ${counted})`,
        `or ${STATES.unknown} * group by (${ENDPOINT}) (${counted} unless (${seen}))`,
        `or group by (${ENDPOINT}) (${counted})`,
      ),
    },
  ];
}

interface Level {
  readonly name: string;
  readonly by: string;
  readonly of: string;
  /** The first of these states that a part has. */
  readonly order: readonly (keyof typeof STATES)[];
}

/** Which state wins is as in the operations OR and AND of ARGO's profile for EGI. */
const LEVELS: readonly Level[] = [
  {
    name: "service",
    by: "roc, site, service_type",
    of: "endpoint",
    order: ["up", "down", "unknown", "scheduled"],
  },
  { name: "site", by: "roc, site", of: "service", order: ["down", "scheduled", "unknown", "up"] },
];

/** The levels that have sums. */
export const SUMMED = LEVELS.map(({ name }) => name);

export function aggregateStates(): Recording[] {
  return LEVELS.map(({ name, by, of, order }) => {
    const states = order.map(
      (state) => `${STATES[state]} * group by (${by}) (availability:${of}_state == ${STATES[state]})`,
    );
    return { record: `availability:${name}_state`, expr: states.join("\nor ") };
  });
}

function selector({ jobs, serviceTypes }: StatesInput): string {
  const types =
    serviceTypes.length > 0
      ? `service_type=~${anyOf(serviceTypes.map((type) => type.replaceAll(".", "\\.")))}`
      : 'service_type!=""';
  return `job=~${anyOf(jobs)}, site!="", ${types}, hostname!=""`;
}

const anyOf = (patterns: readonly string[]) => quoted(patterns.join("|"));

const quoted = (text: string) => JSON.stringify(text);

const lines = (...all: string[]) => all.join("\n");

import { ownSecrets } from "../../lib/auth";
import { inMilliseconds, inSeconds } from "../../lib/duration";
import { fromInside, urlOf } from "../../lib/endpoint";
import type { Service, UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { renderTemplate } from "../../lib/template";
import type { Backend } from "../nginx/render";
import { agentsRules } from "../prometheus/agents.rules";
import { VICTORIAMETRICS, VICTORIAMETRICS_ENDPOINT, VICTORIAMETRICS_PATH } from "./endpoint";
import { victoriametricsRules } from "./rules";

export interface VictoriametricsInput {
  readonly image: string;
  readonly retention: string;
  /** Of a series' samples within this time one is kept. */
  readonly deduplication: string;
  /** The user's own secrets, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  readonly keepData: boolean;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

const DATA = "/victoria-metrics-data";

/** The image's program needs no rights; the official image has no user of its own. */
const USER = { uid: 65534, gid: 65534 };

/** Besides these it has pages that delete data, and tell of the process. */
export const VICTORIAMETRICS_BACKEND: Backend = {
  name: VICTORIAMETRICS,
  endpoint: { ...VICTORIAMETRICS_ENDPOINT, path: VICTORIAMETRICS_PATH },
  atRoot: [
    "api/v1/write",
    "api/v1/query",
    "api/v1/query_range",
    "api/v1/series",
    "api/v1/labels",
    "api/v1/label/[^/]+/values",
    "api/v1/metadata",
    "api/v1/status/buildinfo",
    "health",
  ],
  queries: ["api/v1/query", "api/v1/query_range", "api/v1/series", "api/v1/labels"],
  samples: ["api/v1/write"],
  // VictoriaMetrics' own limit.
  largestBody: "32m",
  title: "VictoriaMetrics",
};

export function victoriametrics(input: VictoriametricsInput): Service {
  const secrets = ownSecrets(VICTORIAMETRICS, input.secrets);
  const own = urlOf(fromInside(VICTORIAMETRICS_ENDPOINT));
  return {
    kind: "container",
    name: VICTORIAMETRICS,
    description: "Podwatch VictoriaMetrics",
    image: input.image,
    args: [
      `-storageDataPath=${DATA}`,
      `-retentionPeriod=${inSeconds(input.retention) / 3600}h`,
      `-dedup.minScrapeInterval=${inMilliseconds(input.deduplication)}ms`,
      "-enableTCP6",
    ],
    user: USER,
    files: {},
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    data: { path: DATA, keep: input.keepData },
    hooks: { ready: renderTemplate("shared/ready.sh", { url: `${own}/health` }) },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["/victoria-metrics-prod", "-version"],
    // It writes what is in memory to the disk.
    stopWithin: 60,
    readyWithin: 600,
  };
}

/**
 * How it is monitored by the Prometheus of its own host.
 *
 * @param instance name of the host
 */
export function victoriametricsTelemetry(instance: string): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(VICTORIAMETRICS, VICTORIAMETRICS_ENDPOINT, { instance })],
    dashboards: ["victoriametrics.json"],
    // It is what others send to.
    ruleGroups: [victoriametricsRules, agentsRules],
  };
}

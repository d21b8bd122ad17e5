import { section } from "../../config/section";
import { addTo } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import { victoriametricsKinds } from "../grafana/kinds.render";
import {
  VICTORIAMETRICS,
  VICTORIAMETRICS_ENDPOINT,
  VICTORIAMETRICS_PATH,
  victoriametricsEndpoints,
} from "./endpoint";
import { VICTORIAMETRICS_BACKEND, victoriametrics, victoriametricsTelemetry } from "./render";
import { resolveVictoriametrics } from "./resolve";
import { victoriametrics as schema } from "./schema";

const FINDS = "is how the front and Prometheus find it; remove it";

export const victoriametricsSection = section("victoriametrics", {
  schema,
  resolve: resolveVictoriametrics,
  groups: ["databases"],
  chapters: { victoriametrics: { title: "VictoriaMetrics" } },
  taken: { jobs: [VICTORIAMETRICS], paths: [VICTORIAMETRICS_PATH] },
  container: {
    service: VICTORIAMETRICS,
    type: "Victoriametrics",
    offer: (settings) => {
      const { front, groups } = settings;
      const asked = { endpoints: victoriametricsEndpoints(front, "queries") };
      return settings.victoriametrics.enabled
        ? {
            backend: VICTORIAMETRICS_BACKEND,
            ...(groups && { metrics: METRICS }),
            samples: { endpoints: victoriametricsEndpoints(front, "samples") },
            store: asked,
            datasource: victoriametricsKinds(settings).map((kind) => ({ kind, ...asked })),
          }
        : undefined;
    },
    telemetry: ({ name, victoriametrics: { enabled } }) => (enabled ? [victoriametricsTelemetry(name)] : []),
    deployment: ({ victoriametrics: settings }) => ({
      service: addTo(
        victoriametrics({ ...settings, keepData: settings.data === "keep", unitKeys: settings.quadlet }),
        settings,
      ),
      secrets: ownSecrets(VICTORIAMETRICS, settings.secrets),
    }),
  },
  owned: {
    service: VICTORIAMETRICS,
    arguments: {
      storageDataPath: "names the data volume; remove it",
      retentionPeriod: "has a setting of its own; use retention",
      "dedup.minScrapeInterval": "has a setting of its own; use deduplication",
      httpListenAddr: FINDS,
      "http.pathPrefix": FINDS,
      tls: FINDS,
      "httpAuth.*": "would shut out the front and Prometheus; remove it, the front has log-ins",
    },
  },
});

const METRICS = {
  job: VICTORIAMETRICS,
  path: `${VICTORIAMETRICS_PATH}/metrics`,
  from: { ...VICTORIAMETRICS_ENDPOINT, path: "/metrics" },
  about: victoriametricsTelemetry(""),
};

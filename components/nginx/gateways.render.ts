import { authority, type Endpoint, urlOf } from "../../lib/endpoint";
import type { Telemetry } from "../../lib/telemetry";
import { type JobLimits, jobLimits } from "../prometheus/limits.render";
import { GATEWAYS_JOB } from "./endpoint";
import { gatewayRules } from "./gateways.rules";

/** How gateways are scraped, through the bridge: those discovered by their sockets, or exactly those listed. */
export function gatewayTelemetry<Secret>(
  gateways: {
    readonly sources: "auto" | readonly string[];
    readonly scrapeInterval: string;
    readonly limits?: JobLimits | undefined;
  },
  bridge: Endpoint<Secret>,
): Telemetry<Secret> {
  const targets =
    gateways.sources === "auto"
      ? { http_sd_configs: [{ url: `${urlOf(bridge)}/gateways`, refresh_interval: "5s" }] }
      : { static_configs: gateways.sources.map((name) => gatewayTarget(name, bridge)) };
  return {
    scrapeJobs: [
      {
        config: {
          job_name: GATEWAYS_JOB,
          scrape_interval: gateways.scrapeInterval,
          scrape_timeout: gateways.scrapeInterval,
          params: { format: ["prometheus"] },
          ...jobLimits(gateways.limits),
          ...targets,
        },
        endpoint: bridge,
      },
    ],
    dashboards: ["gateways.json"],
    ruleGroups: [gatewayRules],
  };
}

function gatewayTarget(name: string, bridge: Endpoint) {
  return {
    targets: [authority(bridge)],
    labels: { __metrics_path__: `/roq/service/${name}/metrics`, instance: name },
  };
}

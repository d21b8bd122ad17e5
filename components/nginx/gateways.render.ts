import type { Telemetry } from "../../lib/telemetry";
import { type JobLimits, jobLimits } from "../prometheus/limits.render";
import { gatewayRules } from "./gateways.rules";
import { BRIDGE_TARGET, GATEWAY_DISCOVERY_URL } from "./render";

/** How gateways are watched, through the bridge: those found by their sockets, or exactly those named. */
export function gatewayTelemetry(gateways: {
  readonly sources: "auto" | readonly string[];
  readonly scrapeInterval: string;
  readonly limits?: JobLimits | undefined;
}): Telemetry {
  const targets =
    gateways.sources === "auto"
      ? { http_sd_configs: [{ url: GATEWAY_DISCOVERY_URL, refresh_interval: "5s" }] }
      : { static_configs: gateways.sources.map(gatewayTarget) };
  return {
    scrapeConfigs: [
      {
        job_name: "roq-gateways",
        scrape_interval: gateways.scrapeInterval,
        scrape_timeout: gateways.scrapeInterval,
        params: { format: ["prometheus"] },
        ...jobLimits(gateways.limits),
        ...targets,
      },
    ],
    dashboards: ["gateways.json"],
    ruleGroups: [gatewayRules],
  };
}

function gatewayTarget(name: string) {
  return {
    targets: [BRIDGE_TARGET],
    labels: { __metrics_path__: `/roq/service/${name}/metrics`, instance: name },
  };
}

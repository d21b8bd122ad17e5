import { ownSecrets } from "../../lib/auth";
import { type Endpoint, urlOf } from "../../lib/endpoint";
import type { Service, UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { renderTemplate } from "../../lib/template";
import { NGINX } from "../nginx/endpoint";
import { NGINX_EXPORTER, NGINX_EXPORTER_ENDPOINT, NGINX_JOB } from "./endpoint";
import { nginxRules } from "./rules";

export interface NginxExporterInput {
  /** Image reference with a tag or a digest. */
  readonly image: string;
  /** URL of NGINX's counters. */
  readonly bridge: Endpoint;
  /** The user's own secrets, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /** The user's additional keys for the unit. */
  readonly quadlet?: UnitKeys;
}

export function nginxExporter(input: NginxExporterInput): Service {
  const secrets = ownSecrets(NGINX_EXPORTER, input.secrets);
  return {
    kind: "container",
    name: NGINX_EXPORTER,
    description: "Podwatch NGINX exporter",
    image: input.image,
    // Its flag for a time-out has no effect (1.5.1): while NGINX hangs, so do scrapes; the rule NginxDown knows that.
    args: [`--nginx.scrape-uri=${urlOf(input.bridge)}/status`],
    // The user of the official image.
    user: { uid: 1001, gid: 1001 },
    files: {},
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    hooks: {
      inside: NGINX,
      ready: renderTemplate("nginx-exporter/ready.sh", { url: urlOf(NGINX_EXPORTER_ENDPOINT) }),
    },
    ...(input.quadlet ? { unitKeys: input.quadlet } : {}),
    readyWithin: 30,
  };
}

/**
 * How NGINX is monitored, through the exporter.
 *
 * @param instance name of the host that both run on
 */
export function nginxExporterTelemetry(instance: string): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(NGINX_JOB, NGINX_EXPORTER_ENDPOINT, { instance })],
    dashboards: ["front.json"],
    ruleGroups: [nginxRules],
  };
}

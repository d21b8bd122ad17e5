import { type Service, type UnitKeys, unitName } from "../../lib/service";
import type { Telemetry } from "../../lib/telemetry";
import { readTemplate } from "../../lib/template";
import { NGINX, NGINX_STATUS_URL } from "../nginx/render";
import { nginxRules } from "./rules";

export interface NginxExporterInput {
  /** Image reference with a tag or a digest. */
  readonly image: string;
  /** Keys of the user's own for the unit. */
  readonly unitKeys?: UnitKeys;
}

const NAME = "nginx-exporter";
const PORT = 9113;

export function nginxExporter(input: NginxExporterInput): Service {
  return {
    name: NAME,
    description: "Podwatch NGINX exporter",
    image: input.image,
    // Its flag for a time-out has no effect (1.5.1): while NGINX hangs, so do scrapes; the rule NginxDown knows that.
    args: [`--nginx.scrape-uri=${NGINX_STATUS_URL}`],
    // The user of the official image.
    user: { uid: 1001, gid: 1001 },
    files: {},
    hooks: { inside: NGINX, ready: readTemplate("nginx-exporter/ready.sh") },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    readyWithin: 30,
  };
}

/**
 * How NGINX is watched, through the exporter.
 *
 * @param instance name of the host that both run on
 */
export function nginxExporterTelemetry(instance: string): Telemetry {
  return {
    scrapeConfigs: [
      {
        job_name: "nginx",
        static_configs: [{ targets: [`${unitName(NAME)}:${PORT}`], labels: { instance } }],
      },
    ],
    dashboards: ["front.json"],
    ruleGroups: [nginxRules],
  };
}

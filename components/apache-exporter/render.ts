import { ownSecrets } from "../../lib/auth";
import { type Endpoint, fromInside, urlOf } from "../../lib/endpoint";
import type { Service, UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { renderTemplate } from "../../lib/template";
import { APACHE_EXPORTER, APACHE_EXPORTER_ENDPOINT, APACHE_JOB, STATUS_PATH } from "./endpoint";
import { apacheRules } from "./rules";

export interface ApacheExporterInput {
  /** Image reference with a tag or a digest. */
  readonly image: string;
  /** Address by which containers reach the host. */
  readonly host: string;
  /** Port of the host's Apache. */
  readonly port: number;
  /** The user's own secrets, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /** The user's additional keys for the unit. */
  readonly quadlet?: UnitKeys;
}

export function apacheExporter(input: ApacheExporterInput): Service {
  const { host, port } = input;
  const apache: Endpoint = { scheme: "http", host, port, path: STATUS_PATH };
  const secrets = ownSecrets(APACHE_EXPORTER, input.secrets);
  return {
    kind: "container",
    name: APACHE_EXPORTER,
    description: "Podwatch Apache exporter",
    image: input.image,
    // Without `?auto` the page is for people, and no metric is found in it.
    args: [`--scrape_uri=${urlOf(apache)}?auto`],
    // The user `nobody` of the official image.
    user: { uid: 65534, gid: 65534 },
    reaches: [{ address: host, port }],
    files: {},
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    // Answers whether or not Apache does.
    hooks: {
      ready: renderTemplate("shared/ready.sh", {
        url: `${urlOf(fromInside(APACHE_EXPORTER_ENDPOINT))}/metrics`,
      }),
    },
    ...(input.quadlet ? { unitKeys: input.quadlet } : {}),
    readyWithin: 30,
  };
}

/**
 * How Apache is monitored, through the exporter.
 *
 * @param host name of the host that both run on, in both labels
 */
export function apacheTelemetry(host: string): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(APACHE_JOB, APACHE_EXPORTER_ENDPOINT, { instance: host, server: host })],
    dashboards: ["apache.json"],
    ruleGroups: [apacheRules],
  };
}

import { CONFIG_DIRECTORY, type Service, type UnitKeys, unitName } from "../service";
import { readTemplate } from "../template";
import { toYaml } from "../yaml";
import { type Backend, BRIDGE_TARGET, GATEWAY_DISCOVERY_URL } from "./nginx";

/** One entry of `scrape_configs`, in Prometheus' own words. */
export type ScrapeConfig = { readonly job_name: string } & Readonly<Record<string, unknown>>;

export interface PrometheusInput {
  readonly image: string;
  /** How users reach Prometheus, with its path: alerts and graphs link there. */
  readonly externalUrl: string;
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  readonly evaluationInterval: string;
  readonly retention: { readonly time: string; readonly size?: string };
  readonly externalLabels: Readonly<Record<string, string>>;
  /** Jobs besides the one for Prometheus itself. */
  readonly scrapeConfigs: readonly ScrapeConfig[];
  /** Files of targets by name below `targets/`; Prometheus rereads them by itself. */
  readonly targetFiles: Readonly<Record<string, string>>;
  /** Files of recording and alerting rules by name below `rules/`. */
  readonly ruleFiles: Readonly<Record<string, string>>;
  readonly keepData: boolean;
  /** Keys of the user's own for the unit. */
  readonly unitKeys?: UnitKeys;
}

const NAME = "prometheus";
const PORT = 9090;
const PATH = "/prometheus";

/** The user `nobody` of the official image. */
const IMAGE_USER = { uid: 65534, gid: 65534 };

/** How the other services of the host reach Prometheus. */
export const PROMETHEUS_URL = `http://${unitName(NAME)}:${PORT}${PATH}`;

export const PROMETHEUS_BACKEND: Backend = {
  name: NAME,
  port: PORT,
  path: PATH,
  title: "Prometheus",
  description: "Targets, queries and alerts.",
};

export function prometheus(input: PrometheusInput): Service {
  return {
    name: NAME,
    description: "Podwatch Prometheus",
    image: input.image,
    args: flags(input),
    user: IMAGE_USER,
    files: {
      "prometheus.yml": configuration(input),
      ...prefixed("targets", input.targetFiles),
      ...prefixed("rules", input.ruleFiles),
    },
    data: { path: "/prometheus", keep: input.keepData },
    hooks: {
      check: readTemplate("prometheus/check.sh"),
      ready: readTemplate("prometheus/ready.sh"),
      reload: readTemplate("prometheus/reload.sh"),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    readyWithin: 300,
  };
}

/** Where a file of targets stands inside the container. */
export function targetFilePath(name: string): string {
  return `${CONFIG_DIRECTORY}/targets/${name}`;
}

/** The job that scrapes gateways through the bridge: those found by their sockets, or exactly those named. */
export function gatewayScrapeConfig(gateways: {
  readonly sources: "auto" | readonly string[];
  readonly scrapeInterval: string;
}): ScrapeConfig {
  const targets =
    gateways.sources === "auto"
      ? { http_sd_configs: [{ url: GATEWAY_DISCOVERY_URL, refresh_interval: "5s" }] }
      : { static_configs: gateways.sources.map(gatewayTarget) };
  return {
    job_name: "roq-gateways",
    scrape_interval: gateways.scrapeInterval,
    scrape_timeout: gateways.scrapeInterval,
    params: { format: ["prometheus"] },
    ...targets,
  };
}

function gatewayTarget(name: string) {
  return {
    targets: [BRIDGE_TARGET],
    labels: { __metrics_path__: `/roq/service/${name}/metrics`, instance: name },
  };
}

function flags(input: PrometheusInput): string[] {
  const { time, size } = input.retention;
  return [
    `--config.file=${CONFIG_DIRECTORY}/prometheus.yml`,
    "--storage.tsdb.path=/prometheus",
    `--storage.tsdb.retention.time=${time}`,
    ...(size === undefined ? [] : [`--storage.tsdb.retention.size=${size}`]),
    `--web.external-url=${input.externalUrl}`,
    `--web.route-prefix=${PATH}`,
  ];
}

function configuration(input: PrometheusInput): string {
  return toYaml({
    global: {
      scrape_interval: input.scrapeInterval,
      scrape_timeout: input.scrapeTimeout,
      evaluation_interval: input.evaluationInterval,
      ...(Object.keys(input.externalLabels).length > 0 ? { external_labels: input.externalLabels } : {}),
    },
    ...ruleFiles(Object.keys(input.ruleFiles)),
    scrape_configs: [selfScrapeConfig(), ...input.scrapeConfigs],
  });
}

function ruleFiles(names: readonly string[]) {
  return names.length === 0 ? {} : { rule_files: names.map((name) => `${CONFIG_DIRECTORY}/rules/${name}`) };
}

function selfScrapeConfig(): ScrapeConfig {
  return {
    job_name: NAME,
    metrics_path: `${PATH}/metrics`,
    static_configs: [{ targets: [`localhost:${PORT}`] }],
  };
}

function prefixed(directory: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${directory}/${name}`, text]));
}

import type { Endpoint } from "../../lib/endpoint";
import {
  CONFIG_DIRECTORY,
  type DataVolume,
  type HostDirectory,
  type Service,
  type UnitKeys,
} from "../../lib/service";
import { quote } from "../../lib/shell";
import { metricsJob, type ScrapeConfig, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import { toYaml } from "../../lib/yaml";
import type { Backend } from "../nginx/render";
import { agentsRules } from "./agents.rules";
import { PROMETHEUS, PROMETHEUS_ENDPOINT } from "./endpoint";
import { globalHistograms, type NativeHistograms, withHistograms } from "./histograms.render";
import { MAIN, ownUrl, type PrometheusIdentity } from "./identity.render";
import { instanceRules } from "./instance.rules";
import { globalLimits, type Limits } from "./limits.render";
import { isBefore3, type Mode, type Storage, storageFlags } from "./mode.render";
import {
  alertmanagerConfig,
  type OtherAlertmanager,
  otherAlertmanagerConfig,
  type Remotes,
  remoteReadConfig,
  remoteWriteConfig,
} from "./remote.render";
import { prometheusRules } from "./rules";
import { scrapesDue } from "./scrapesDue.render";
import { watchdogRules } from "./watchdog.rules";

export interface PrometheusInput extends Storage {
  /** Default: the one that scrapes. */
  readonly identity?: PrometheusIdentity;
  readonly image: string;
  /** Prometheus' URL for users, with its path; alerts and graphs link there. */
  readonly externalUrl: string;
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  readonly evaluationInterval: string;
  readonly remoteWriteReceiver?: boolean;
  readonly nativeHistograms?: NativeHistograms;
  readonly features?: readonly string[];
  readonly outOfOrderTimeWindow?: string | undefined;
  readonly exemplars?: number | undefined;
  readonly queryLog?: boolean;
  /** Further parts of the configuration, in Prometheus' syntax. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Default of every job. */
  readonly limits: Limits;
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly scrapeConfigs: readonly ScrapeConfig[];
  /** Jobs that are files of their own, which are secrets; here without them. */
  readonly jobFiles?: readonly JobFile[];
  /** Directories of the host with target files. */
  readonly hostDirectories?: readonly HostDirectory[];
  /** Where alerts go; absent: nowhere. */
  readonly alertmanagers?: readonly Endpoint[];
  /** External destinations. */
  readonly remotes?: Remotes;
  /** Files of targets by name below `targets/`; Prometheus rereads them automatically. */
  readonly targetFiles: Readonly<Record<string, string>>;
  /** Files of recording and alerting rules by path below `rules/`. */
  readonly ruleFiles: Readonly<Record<string, string>>;
  /** Files for `promtool test rules` by name below `rule-tests/`; they reach the rules by {@link RULES_FROM_TESTS}. */
  readonly ruleTests?: Readonly<Record<string, string>>;
  /** Certificates by path below the configuration directory. */
  readonly authFiles?: Readonly<Record<string, string>>;
  /** Names of the secrets that the scrape configurations read from files. */
  readonly secrets?: readonly string[];
  readonly keepData: boolean;
  /** Data directory of a Prometheus that ran on the host before. */
  readonly importFrom?: string | undefined;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

export interface JobFile {
  readonly path: string;
  readonly secret: string;
  readonly config: ScrapeConfig;
}

/** The directory of the rule files, as seen from that of their tests. */
export const RULES_FROM_TESTS = "../rules";

/** The user `nobody` of the official image. */
const IMAGE_USER = { uid: 65534, gid: 65534 };

export const PROMETHEUS_BACKEND: Backend = {
  name: PROMETHEUS,
  endpoint: PROMETHEUS_ENDPOINT,
  // Administrative and diagnostic endpoints.
  closed: ["-/reload", "-/quit", "debug", "api/v1/admin"],
  queries: [
    "query",
    "query_range",
    "query_exemplars",
    "format_query",
    "parse_query",
    "series",
    "labels",
    "read",
  ].map((query) => `api/v1/${query}`),
  samples: ["api/v1/write", "api/v1/otlp/v1/metrics"],
  title: "Prometheus",
  description: "Targets, queries and alerts.",
};

/** How a Prometheus monitors those that send to it. */
export const AGENTS_TELEMETRY: Telemetry<never> = {
  scrapeJobs: [],
  dashboards: [],
  ruleGroups: [agentsRules],
};

export function prometheusBackend(mode: Mode): Backend {
  return mode === "server"
    ? PROMETHEUS_BACKEND
    : { ...PROMETHEUS_BACKEND, description: "Targets; their samples are sent elsewhere." };
}

/** How Prometheus monitors itself. */
export const PROMETHEUS_TELEMETRY: Telemetry<never> = {
  scrapeJobs: [metricsJob(PROMETHEUS, { ...PROMETHEUS_ENDPOINT, host: "localhost" })],
  dashboards: ["overview.json", "prometheus.json"],
  ruleGroups: [watchdogRules, instanceRules, prometheusRules],
};

export function prometheus(input: PrometheusInput): Service {
  const tests = input.ruleTests ?? {};
  const { identity = MAIN } = input;
  const { name, description } = identity;
  return {
    kind: "container",
    name,
    description,
    image: input.image,
    args: flags(input),
    user: IMAGE_USER,
    files: {
      "prometheus.yml": configuration(input),
      ...prefixed("targets", input.targetFiles),
      ...prefixed("rules", input.ruleFiles),
      ...prefixed("rule-tests", tests),
      ...input.authFiles,
    },
    ...(input.secrets?.length ? { secrets: input.secrets } : {}),
    ...(input.jobFiles?.length ? { reloadedSecrets: input.jobFiles.map(({ secret }) => secret) } : {}),
    ...(input.hostDirectories?.length ? { hostDirectories: input.hostDirectories } : {}),
    data: { path: "/prometheus", keep: input.keepData, ...imported(input.importFrom) },
    hooks: {
      check:
        renderTemplate("prometheus/check.sh", { mode: input.mode === "agent" ? " --agent" : "" }) +
        (Object.keys(tests).length > 0 ? readTemplate("prometheus/ruleTests.sh") : ""),
      ...(input.importFrom === undefined ? {} : { import: readTemplate("prometheus/import.sh") }),
      ready: renderTemplate("shared/ready.sh", { url: `${ownUrl(identity)}/-/ready` }),
      reload: reload(input),
      ...(input.mode === "agent" ? { started: readTemplate("prometheus/agentStarted.sh") } : {}),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["prometheus", "--version"],
    readyWithin: 300,
  };
}

/** Prometheus holds a lock on the file of this name, wherever it runs on the host. */
function imported(directory: string | undefined): Partial<DataVolume> {
  const advice =
    "stop the Prometheus of before if it runs, correct podwatch:prometheus.import, or remove it to do without its data";
  return directory === undefined ? {} : { import: { directory, lock: "lock", advice } };
}

/** An agent answers no query, by which a moment without a scrape would be found. */
function reload(input: PrometheusInput): string {
  const { identity, mode, scrapeConfigs, jobFiles = [], scrapeInterval } = input;
  const metrics = renderTemplate("shared/metrics.sh", { service: "prometheus", url: ownUrl(identity) });
  if (mode === "agent") return metrics + readTemplate("shared/reload.sh");
  return [
    `due=${quote(scrapesDue([...scrapeConfigs, ...jobFiles.map(({ config }) => config)], scrapeInterval))}\n`,
    metrics,
    ...["prometheus/moment.sh", "shared/reload.sh"].map(readTemplate),
  ].join("");
}

/** Path of a target file inside the container. */
export function targetFilePath(name: string): string {
  return `${CONFIG_DIRECTORY}/targets/${name}`;
}

function flags(input: PrometheusInput): string[] {
  return [
    `--config.file=${CONFIG_DIRECTORY}/prometheus.yml`,
    ...storageFlags(input.image, input),
    ...(features(input).length > 0 ? [`--enable-feature=${features(input).join(",")}`] : []),
    `--web.external-url=${input.externalUrl}`,
    `--web.route-prefix=${(input.identity ?? MAIN).endpoint.path}`,
    ...(input.remoteWriteReceiver ? ["--web.enable-remote-write-receiver"] : []),
  ];
}

function features({ features = [], exemplars, nativeHistograms }: PrometheusInput): readonly string[] {
  const needed = [
    ...(exemplars === undefined ? [] : ["exemplar-storage"]),
    ...(nativeHistograms?.enabled ? ["native-histograms"] : []),
  ];
  return [...features, ...needed.filter((feature) => !features.includes(feature))];
}

function configuration(input: PrometheusInput): string {
  return toYaml(
    withExtra(
      {
        global: {
          scrape_interval: input.scrapeInterval,
          scrape_timeout: input.scrapeTimeout,
          ...(input.mode === "agent" ? {} : { evaluation_interval: input.evaluationInterval }),
          ...globalLimits(input.limits),
          ...globalHistograms(input.nativeHistograms),
          ...externalLabels(input),
          ...(input.queryLog ? { query_log_file: "/prometheus/query.log" } : {}),
        },
        ...storage(input),
        ...alerting(input.alertmanagers ?? [], input.remotes?.alertmanagers ?? []),
        ...ruleFiles(Object.keys(input.ruleFiles)),
        ...(input.jobFiles?.length ? { scrape_config_files: input.jobFiles.map(({ path }) => path) } : {}),
        scrape_configs: input.scrapeConfigs.map((job) => withHistograms(job, input.nativeHistograms)),
        ...(input.remotes?.remoteWrite.length
          ? {
              remote_write: input.remotes.remoteWrite.map((one) =>
                remoteWriteConfig(one, input.nativeHistograms?.enabled),
              ),
            }
          : {}),
        ...(input.remotes?.remoteRead?.length
          ? { remote_read: input.remotes.remoteRead.map(remoteReadConfig) }
          : {}),
      },
      input.extra,
    ),
  );
}

type Native = Readonly<Record<string, unknown>>;

/** Groups that are in both are merged. */
function withExtra(ours: Native, extra: Native = {}): Native {
  const merged = Object.entries(extra).map(([key, value]) => {
    const own = ours[key];
    return [key, isGroup(own) && isGroup(value) ? withExtra(own, value) : value];
  });
  return { ...ours, ...Object.fromEntries(merged) };
}

const isGroup = (value: unknown): value is Native =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function storage({ outOfOrderTimeWindow, exemplars }: PrometheusInput) {
  if (outOfOrderTimeWindow === undefined && exemplars === undefined) return {};
  return {
    storage: {
      ...(outOfOrderTimeWindow === undefined
        ? {}
        : { tsdb: { out_of_order_time_window: outOfOrderTimeWindow } }),
      ...(exemplars === undefined ? {} : { exemplars: { max_exemplars: exemplars } }),
    },
  };
}

/**
 * From version 3 on, Prometheus expands environment variables, of which the container has none of the
 * user's, and reads two dollar signs as one; before that, it reads labels verbatim.
 */
function externalLabels({ externalLabels, image, features = [] }: PrometheusInput) {
  const labels = Object.entries(externalLabels);
  if (labels.length === 0) return {};
  const expands = !isBefore3(image) || features.includes("expand-external-labels");
  const literal = (value: string) => (expands ? value.replaceAll("$", "$$$$") : value);
  return { external_labels: Object.fromEntries(labels.map(([name, value]) => [name, literal(value)])) };
}

function alerting(own: readonly Endpoint[], others: readonly OtherAlertmanager[]) {
  const alertmanagers = [...own.map(alertmanagerConfig), ...others.map(otherAlertmanagerConfig)];
  return alertmanagers.length === 0 ? {} : { alerting: { alertmanagers } };
}

function ruleFiles(names: readonly string[]) {
  return names.length === 0 ? {} : { rule_files: names.map((name) => `${CONFIG_DIRECTORY}/rules/${name}`) };
}

function prefixed(directory: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${directory}/${name}`, text]));
}

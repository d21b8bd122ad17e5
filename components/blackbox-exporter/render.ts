import {
  authFiles,
  authSecrets,
  byName,
  type HttpAuth,
  httpAuthConfig,
  type NamedSecret,
  owner,
  ownSecrets,
} from "../../lib/auth";
import { authority, fromInside, urlOf } from "../../lib/endpoint";
import { CONFIG_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { metricsJob, type ScrapeJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import { toYaml } from "../../lib/yaml";
import type { Backend } from "../nginx/render";
import { BLACKBOX_ENDPOINT, BLACKBOX_EXPORTER, PROBES_JOB } from "./endpoint";
import { blackboxRules } from "./rules";

export interface BlackboxExporterInput {
  readonly image: string;
  /** How users reach it, with its path. */
  readonly externalUrl: string;
  /** All modules by name. */
  readonly modules: Readonly<Record<string, ProbeModule>>;
  /** Secrets that modules refer to, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** A module in the exporter's syntax, and its authentication. */
export type ProbeModule<Secret = unknown> = HttpAuth<Secret> & Readonly<Record<string, unknown>>;

/** A probe target and its interval. */
export interface Probe {
  readonly name: string;
  readonly module: string;
  /** The module that the exporter is asked for, if that is another one. */
  readonly asked?: string | undefined;
  readonly target: string;
  /** Default: Prometheus' scrape interval. */
  readonly interval?: string | undefined;
  /** Time-out of a probe; set together with the interval. */
  readonly timeout?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Probers that do not use HTTP; the exporter itself reports unknown ones. */
export const OTHER_PROBERS: readonly string[] = ["tcp", "icmp", "dns", "grpc", "unix"];

/** Address for the hooks. */
const OWN_URL = urlOf(fromInside(BLACKBOX_ENDPOINT));

const ADDRESS = authority(BLACKBOX_ENDPOINT);

/** The user `nobody` of the official image, as Prometheus has it. */
const USER = { uid: 65534, gid: 65534 };

export const BLACKBOX_BACKEND: Backend = {
  name: BLACKBOX_EXPORTER,
  endpoint: BLACKBOX_ENDPOINT,
  // Access to probes or their results would reveal networks that the visitor cannot reach.
  closed: ["probe", "-/", "config", "logs", "debug"],
  title: "Blackbox exporter",
  description: "The last probes, and whether they succeeded.",
};

export function blackboxExporter(input: BlackboxExporterInput): Service {
  const secrets = blackboxSecrets(input);
  return {
    kind: "container",
    name: BLACKBOX_EXPORTER,
    description: "Podwatch blackbox exporter",
    image: input.image,
    args: [
      `--config.file=${CONFIG_DIRECTORY}/blackbox.yml`,
      `--web.external-url=${input.externalUrl}`,
      `--web.route-prefix=${BLACKBOX_ENDPOINT.path}`,
    ],
    user: USER,
    // Allows this group to send pings without a capability.
    sysctls: { "net.ipv4.ping_group_range": `${USER.gid} ${USER.gid}` },
    files: {
      "blackbox.yml": toYaml({ modules: mapped(input.modules, moduleConfig) }),
      ...Object.assign({}, ...Object.values(mapped(input.modules, moduleFiles))),
    },
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    hooks: {
      check: readTemplate("blackbox-exporter/check.sh"),
      ready: renderTemplate("shared/ready.sh", { url: `${OWN_URL}/-/healthy` }),
      reload:
        renderTemplate("shared/metrics.sh", { service: "blackbox_exporter", url: OWN_URL }) +
        readTemplate("shared/reload.sh"),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["/bin/blackbox_exporter", "--version"],
    readyWithin: 30,
  };
}

/** All secrets of the exporter, in the order of the service's description. */
export function blackboxSecrets<Secret>(input: {
  readonly modules: Readonly<Record<string, ProbeModule<Secret>>>;
  readonly secrets?: Readonly<Record<string, Secret>> | undefined;
}): Array<NamedSecret<Secret>> {
  const ofModules = Object.entries(input.modules).flatMap(([name, module]) =>
    authSecrets(module, owner(BLACKBOX_EXPORTER, name)),
  );
  return byName([...ofModules, ...ownSecrets(BLACKBOX_EXPORTER, input.secrets)]);
}

/** HTTP probers have all kinds of authentication, others only certificates. */
function moduleConfig(name: string, module: ProbeModule) {
  const { basicAuth, bearerToken, oauth2, headers, tls, ...words } = module;
  const prober = String(words.prober);
  const login = httpAuthConfig(
    OTHER_PROBERS.includes(prober) ? { tls } : module,
    owner(BLACKBOX_EXPORTER, name),
  );
  if (Object.keys(login).length === 0) return words;
  return { ...words, [prober]: { ...(words[prober] as object | undefined), ...login } };
}

function moduleFiles(name: string, module: ProbeModule) {
  return authFiles(module, owner(BLACKBOX_EXPORTER, name));
}

function mapped<In, Out>(
  record: Readonly<Record<string, In>>,
  map: (name: string, value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}

/** Whether any target is probed by ping. */
export function sendsPings(settings: {
  readonly enabled: boolean;
  readonly targets: readonly Probe[];
  readonly modules: Readonly<Record<string, unknown>>;
}): boolean {
  const prober = (module: string) => (settings.modules[module] as { prober?: unknown } | undefined)?.prober;
  return settings.enabled && settings.targets.some(({ module }) => prober(module) === "icmp");
}

/**
 * How the exporter and its targets are monitored: one job for all targets, with the target's name as `instance`.
 *
 * @param instance name of the host that it runs on
 */
export function blackboxTelemetry(instance: string, probes: readonly Probe[]): Telemetry<never> {
  return {
    scrapeJobs: [
      metricsJob(BLACKBOX_EXPORTER, BLACKBOX_ENDPOINT, { instance }),
      ...(probes.length === 0 ? [] : [probesJob(probes)]),
    ],
    dashboards: ["probes.json"],
    ruleGroups: [blackboxRules],
  };
}

function probesJob(probes: readonly Probe[]): ScrapeJob<never> {
  return {
    config: {
      job_name: PROBES_JOB,
      metrics_path: `${BLACKBOX_ENDPOINT.path}/probe`,
      static_configs: probes.map(probed),
    },
    endpoint: BLACKBOX_ENDPOINT,
  };
}

/** Labels that begin with two underscores tell Prometheus how to scrape, and are dropped then. */
function probed({ name, module, asked = module, target, interval, timeout, labels }: Probe) {
  return {
    targets: [ADDRESS],
    labels: {
      __param_module: asked,
      __param_target: target,
      ...(interval === undefined ? {} : { __scrape_interval__: interval }),
      ...(timeout === undefined ? {} : { __scrape_timeout__: timeout }),
      ...labels,
      instance: name,
      module,
      target,
    },
  };
}

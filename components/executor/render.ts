import { createHash } from "node:crypto";
import { type NamedSecret, ownSecrets } from "../../lib/auth";
import { inSeconds } from "../../lib/duration";
import type { ReportsTo } from "../../lib/endpoint";
import { CONFIG_DIRECTORY, RELOADED_SECRETS_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate } from "../../lib/template";
import type { Backend } from "../nginx/render";
import { inBytes } from "../prometheus/limits.render";
import { EXECUTOR, EXECUTOR_ENDPOINT } from "./endpoint";
import { executorRules } from "./rules";

export interface ExecutorInput<Secret = unknown> {
  readonly image: string;
  readonly zone: string;
  readonly threads: number;
  readonly repository?:
    | {
        readonly url: string;
        readonly ref: string;
        readonly refresh: string;
        readonly key?: Secret | undefined;
        readonly token?: Secret | undefined;
        /** Certificates. */
        readonly ca?: string | undefined;
      }
    | undefined;
  /** A line for the known hosts of SSH. */
  readonly knownHosts?: string | undefined;
  /** The files of a directory, by path below it. */
  readonly scenarios?: Readonly<Record<string, string>> | undefined;
  readonly jobs: Readonly<Record<string, Job>>;
  readonly clouds?: Secret | undefined;
  /** Where runs and calls are reported; absent: nowhere. */
  readonly telegraf?: ReportsTo | undefined;
  readonly calls: readonly ("lines" | "statsd")[];
  readonly logs: { readonly keep: number; readonly within: string; readonly size: string };
  readonly stopWithin: string;
  readonly data: string;
  readonly secrets?: Readonly<Record<string, Secret>> | undefined;
  /** The user's additional keys for the unit. */
  readonly quadlet: UnitKeys;
}

interface Job {
  readonly path: string;
  readonly type: string;
  readonly arguments: readonly string[];
  readonly interval?: string | undefined;
  readonly cron?: string | undefined;
  readonly timeZone: string;
  readonly timeout: string;
  readonly exclusive?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly cleanup?: string | undefined;
  readonly service?: CheckedService | undefined;
}

interface CheckedService {
  readonly site: string;
  readonly serviceType: string;
  readonly host: string;
  readonly roc?: string | undefined;
}

/** The user that the recipe makes. */
const USER = { uid: 10001, gid: 10001 };

const DIRECTORY = "/var/lib/executor";

const CA = "repository-ca.pem";

/** What it takes beyond waiting for jobs: to end them, and to clean up after them. */
const WINDING_UP = 15;

/** Without a repository the directory changes with the configuration only. */
const DIRECTORY_REFRESH = 300;

export const EXECUTOR_BACKEND: Backend = {
  name: EXECUTOR,
  endpoint: EXECUTOR_ENDPOINT,
  closed: ["-/"],
  title: "Scenarios",
  description: "The jobs of the executor, and the logs of their runs.",
};

export function executor(input: ExecutorInput): Service {
  const own = ownSecrets(EXECUTOR, input.secrets);
  const reloaded = reloadedSecrets(input);
  const ca = input.repository?.ca;
  const scenarios = Object.entries(input.scenarios ?? {}).map(([path, text]) => [`scenarios/${path}`, text]);
  return {
    kind: "container",
    name: EXECUTOR,
    description: "Podwatch executor",
    image: input.image,
    args: [`${CONFIG_DIRECTORY}/executor.json`],
    user: USER,
    files: {
      "executor.json": configuration(input),
      ...(ca === undefined ? {} : { [CA]: ca }),
      ...Object.fromEntries(scenarios),
    },
    ...(own.length > 0 ? { secrets: own.map(({ name }) => name) } : {}),
    ...(reloaded.length > 0 ? { reloadedSecrets: reloaded.map(({ name }) => name) } : {}),
    data: { path: DIRECTORY, keep: input.data === "keep" },
    hooks: {
      check: readTemplate("executor/check.sh"),
      ready: readTemplate("executor/ready.sh"),
      reload: readTemplate("executor/reload.sh"),
    },
    unitKeys: input.quadlet,
    stopWithin: inSeconds(input.stopWithin) + WINDING_UP,
    readyWithin: 60,
  };
}

/** All secrets of the executor, in the order of the service's description. */
export function executorSecrets<Secret>(input: ExecutorInput<Secret>): Array<NamedSecret<Secret>> {
  return [...ownSecrets(EXECUTOR, input.secrets), ...reloadedSecrets(input)];
}

function reloadedSecrets<Secret>({ clouds, repository }: ExecutorInput<Secret>): Array<NamedSecret<Secret>> {
  const all: ReadonlyArray<readonly [string, Secret | undefined]> = [
    [SECRETS.clouds, clouds],
    [SECRETS.key, repository?.key],
    [SECRETS.token, repository?.token],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

const SECRETS = {
  clouds: `${EXECUTOR}-clouds`,
  key: `${EXECUTOR}-repository-key`,
  token: `${EXECUTOR}-repository-token`,
} as const;

const file = (secret: string) => `${RELOADED_SECRETS_DIRECTORY}/${secret}`;

/** What the executor reads, as templates/executor/settings.py has it. */
function configuration(input: ExecutorInput): string {
  const { zone, threads, repository, logs, clouds, telegraf, calls } = input;
  const settings = {
    zone,
    threads,
    refresh: repository === undefined ? DIRECTORY_REFRESH : inSeconds(repository.refresh),
    stopWithin: inSeconds(input.stopWithin),
    source: source(input),
    logs: { keep: logs.keep, age: inSeconds(logs.within), size: inBytes(logs.size) },
    ...(clouds === undefined ? {} : { clouds: file(SECRETS.clouds) }),
    ...(telegraf === undefined ? {} : { telegraf, calls }),
    secrets: ownSecrets(EXECUTOR, input.secrets).map(({ name }) => `/run/secrets/${name}`),
    jobs: Object.fromEntries(Object.entries(input.jobs).map(([name, one]) => [name, job(one)])),
  };
  const digest = createHash("sha256")
    .update(
      JSON.stringify([settings, input.scenarios, ...(repository?.ca === undefined ? [] : [repository.ca])]),
    )
    .digest("hex");
  return `${JSON.stringify({ ...settings, digest: digest.slice(0, 16) }, undefined, 2)}\n`;
}

function source({ repository, knownHosts }: ExecutorInput) {
  if (repository === undefined) return { type: "directory", path: `${CONFIG_DIRECTORY}/scenarios` };
  const { url, ref, key, token, ca } = repository;
  return {
    type: "git",
    url,
    ref,
    ...(key === undefined ? {} : { key: file(SECRETS.key), knownHosts }),
    ...(token === undefined ? {} : { token: file(SECRETS.token) }),
    ...(ca === undefined ? {} : { ca: `${CONFIG_DIRECTORY}/${CA}` }),
  };
}

function job({ interval, timeout, timeZone, service, ...others }: Job) {
  return {
    ...others,
    ...(service === undefined ? {} : { service: checked(service) }),
    timezone: timeZone,
    timeout: inSeconds(timeout),
    ...(interval === undefined ? {} : { interval: inSeconds(interval) }),
  };
}

/** As the topology's targets have it: hosts in small letters; the region of those that name none is the availability's. */
function checked({ roc = "", host, ...others }: CheckedService) {
  return { ...others, roc, host: host.toLowerCase() };
}

/** @param instance name of the host that it runs on */
export function executorTelemetry(instance: string, { zone }: Pick<ExecutorInput, "zone">): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(EXECUTOR, EXECUTOR_ENDPOINT, { instance, zone })],
    dashboards: ["scenarios.json"],
    ruleGroups: [executorRules],
  };
}

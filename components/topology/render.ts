import { type NamedSecret, ownSecrets } from "../../lib/auth";
import { inSeconds } from "../../lib/duration";
import { authority, fromInside, urlOf } from "../../lib/endpoint";
import { CONFIG_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { metricsJob, type ScrapeConfig, type ScrapeJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import { BLACKBOX_ENDPOINT } from "../blackbox-exporter/endpoint";
import {
  type Contacts,
  contactsFiles,
  contactsScript,
  contactsSecrets,
  contactsServer,
} from "./contacts.render";
import { CONTACT_LABEL, probesJob, scrapesJob, TOPOLOGY, TOPOLOGY_DATA, TOPOLOGY_ENDPOINT } from "./endpoint";
import { topologyRules } from "./rules";

export interface TopologyInput {
  readonly image: string;
  /** Of the database's interface; absent: there is none. */
  readonly url?: string | undefined;
  /** The CA to trust, as PEM; absent: those of the image. */
  readonly ca?: string | undefined;
  readonly insecure: boolean;
  readonly query: {
    readonly roc?: string | undefined;
    readonly sites: readonly string[];
    readonly scopes: readonly string[];
    readonly scopeMatch: string;
    readonly serviceTypes: readonly string[];
    readonly monitored: boolean;
    readonly production: boolean;
  };
  readonly interval: string;
  readonly serviceTypes: Readonly<Record<string, WatchedType>>;
  readonly services: readonly OwnService[];
  readonly contacts?: Contacts | undefined;
  readonly data: string;
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /** The user's additional keys for the unit. */
  readonly quadlet: UnitKeys;
}

interface WatchedType {
  readonly probe?: Probe | undefined;
  readonly scrape?: { readonly port: number; readonly path: string; readonly scheme: string } | undefined;
}

interface Probe {
  readonly module: string;
  readonly port?: number | undefined;
  readonly scheme?: string | undefined;
  readonly path?: string | undefined;
}

interface OwnService {
  readonly site: string;
  readonly serviceType: string;
  readonly host: string;
  readonly urls: readonly string[];
  readonly roc?: string | undefined;
  readonly country?: string | undefined;
  readonly scopes: readonly string[];
}

/** What the topology's containers reach, by their network. */
export interface Surroundings {
  /** Address of the network's DNS server. */
  readonly resolver: string;
  readonly ipv6: boolean;
  /** Modules of the blackbox exporter. */
  readonly modules: Readonly<Record<string, unknown>>;
}

/** The user `nginx` of the official image. */
const USER = { uid: 101, gid: 101 };

/** Prometheus' discovery waits this long until it passes changes on, in seconds (its `discovery.Manager`). */
const DISCOVERY_DELAY = 5;

export function topology(input: TopologyInput, around: Surroundings): Service {
  const secrets = topologySecrets(input);
  return {
    kind: "container",
    name: TOPOLOGY,
    description: "Podwatch topology (NGINX)",
    image: input.image,
    args: ["nginx", "-c", `${CONFIG_DIRECTORY}/nginx.conf`, "-g", "daemon off;"],
    user: USER,
    environment: { NGINX_ENTRYPOINT_QUIET_LOGS: "1" },
    files: files(input, around),
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    data: { path: TOPOLOGY_DATA, keep: input.data === "keep" },
    hooks: {
      check: readTemplate("nginx/check.sh"),
      ready: renderTemplate("topology/ready.sh", { url: urlOf(fromInside(TOPOLOGY_ENDPOINT)) }),
      ...(input.contacts === undefined
        ? { started: renderTemplate("topology/forget.sh", { directory: TOPOLOGY_DATA }) }
        : {}),
    },
    unitKeys: input.quadlet,
    trial: ["nginx", "-v"],
    readyWithin: 30,
  };
}

/** In the order of the service's description. */
export function topologySecrets<Secret>(input: {
  readonly contacts?: Contacts<Secret> | undefined;
  readonly secrets?: Readonly<Record<string, Secret>> | undefined;
}): Array<NamedSecret<Secret>> {
  return [...contactsSecrets(input.contacts ?? {}), ...ownSecrets(TOPOLOGY, input.secrets)];
}

function files(input: TopologyInput, around: Surroundings): Record<string, string> {
  const { ca, url } = input;
  return {
    "nginx.conf": renderTemplate("topology/nginx.conf.mustache", {
      filesDirectory: CONFIG_DIRECTORY,
      resolver: around.resolver,
      ipv6: around.ipv6 ? "on" : "off",
      port: TOPOLOGY_ENDPOINT.port,
      listens6: around.ipv6,
      database: url !== undefined,
      seconds: rhythm(input).ask,
      verify: input.insecure ? "off" : "on",
      certificate: contactsServer(input) ?? false,
      ca: ca === undefined ? "/etc/ssl/certs/ca-certificates.crt" : `${CONFIG_DIRECTORY}/ca.pem`,
    }),
    "checks.js": readTemplate("topology/checks.js"),
    "documents.js": readTemplate("topology/documents.js"),
    "update.js": renderTemplate("topology/update.js.mustache", {
      database: literal(database(input)),
      contacts: literal(contactsScript(input)),
    }),
    "contacts.js": readTemplate("topology/contacts.js"),
    "serve.js": renderTemplate("topology/serve.js.mustache", {
      types: literal(types(input, around.modules)),
      services: literal(ownServices(input)),
      contact: literal(CONTACT_LABEL),
      blackbox: authority(BLACKBOX_ENDPOINT),
      production: String(input.query.production),
      monitored: String(input.query.monitored),
      database: String(url !== undefined),
    }),
    ...(ca === undefined ? {} : { "ca.pem": ca }),
    ...contactsFiles(input),
  };
}

/** For a script: JSON, without what only newer engines read in text. */
function literal(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/**
 * How often the database is asked, and how often Prometheus asks for targets, in seconds: together, and with Prometheus' own
 * delay, they take no longer than the interval.
 */
function rhythm({ interval }: TopologyInput): { readonly ask: number; readonly refresh: number } {
  const all = Math.floor(inSeconds(interval));
  const refresh = Math.max(5, Math.min(30, Math.floor(all / 4)));
  return { ask: all - refresh - DISCOVERY_DELAY, refresh };
}

/** What the database is asked, and what of its answers counts. */
function database(input: TopologyInput) {
  const { url = "", query } = input;
  const { roc, sites, scopes, scopeMatch, serviceTypes, monitored } = query;
  const [site] = sites;
  const scope: readonly string[][] =
    scopes.length === 0
      ? []
      : [
          ["scope", scopes.join(",")],
          ["scope_match", scopeMatch],
        ];
  const below = roc ?? (sites.length === 1 ? site : undefined);
  const queries = {
    get_service_endpoint: [
      ...(roc === undefined ? [] : [["roc", roc]]),
      ...(sites.length === 1 ? [["sitename", site]] : []),
      ...(serviceTypes.length === 1 ? [["service_type", serviceTypes[0]]] : []),
      ...(monitored ? [["monitored", "Y"]] : []),
      ...scope,
    ],
    get_site_contacts: [
      ...(roc === undefined ? [] : [["roc", roc]]),
      ...(sites.length === 1 ? [["sitename", site]] : []),
      ...scope,
    ],
    get_downtime: [...(below === undefined ? [] : [["topentity", below]]), ...scope],
  };
  return {
    url: url.replace(/\/$/, ""),
    directory: TOPOLOGY_DATA,
    // A run is over before the next one begins.
    seconds: rhythm(input).ask - 2,
    query: JSON.stringify([url, query]),
    queries,
    sites,
    types: serviceTypes,
  };
}

/** How targets are made of the services of each type. */
function types({ serviceTypes }: TopologyInput, modules: Surroundings["modules"]) {
  const all = Object.entries(serviceTypes).map(([type, { probe, scrape }]) => {
    const prober = String((modules[probe?.module ?? ""] as { prober?: unknown } | undefined)?.prober);
    return [
      type,
      {
        ...(probe === undefined ? {} : { probe: probed(probe, prober) }),
        ...(scrape === undefined ? {} : { scrape: { port: scrape.port } }),
      },
    ];
  });
  return Object.fromEntries(all);
}

function probed({ module, port, scheme, path }: Probe, prober: string) {
  if (prober !== "http") return port === undefined ? { module, at: "host" } : { module, at: "port", port };
  if ([port, scheme, path].every((one) => one === undefined)) return { module, at: "url" };
  return { module, at: "page", scheme: scheme ?? "https", port, path: path ?? "/" };
}

function ownServices({ services, query }: TopologyInput) {
  return services.map(({ site, serviceType, host, urls, roc, country, scopes }) => ({
    site,
    type: serviceType,
    host: host.toLowerCase(),
    roc: roc ?? query.roc ?? "",
    country: country ?? "",
    scopes,
    production: true,
    monitored: true,
    urls,
    source: "stack",
  }));
}

/** How Prometheus watches the region: a job for each module that probes it, and for each type that it scrapes. */
export function topologyTelemetry(instance: string, input: TopologyInput): Telemetry<never> {
  const { serviceTypes } = input;
  const modules = Object.values(serviceTypes).flatMap(({ probe }) =>
    probe === undefined ? [] : [probe.module],
  );
  const probes = [...new Set(modules)].sort().map((module) => ({
    job_name: probesJob(module),
    metrics_path: `${BLACKBOX_ENDPOINT.path}/probe`,
    ...listed(`/probes/${module}`, input),
  }));
  const scrapes = Object.entries(serviceTypes).flatMap(([type, { scrape }]): ScrapeConfig[] =>
    scrape === undefined
      ? []
      : [
          {
            job_name: scrapesJob(type),
            metrics_path: scrape.path,
            ...(scrape.scheme === "https" ? { scheme: scrape.scheme } : {}),
            ...listed(`/scrapes/${type}`, input),
          },
        ],
  );
  return {
    scrapeJobs: [
      metricsJob(TOPOLOGY, TOPOLOGY_ENDPOINT, { instance }),
      ...[...probes, ...scrapes].map((config): ScrapeJob<never> => ({ config })),
    ],
    dashboards: [],
    ruleGroups: [topologyRules],
  };
}

function listed(path: string, input: TopologyInput) {
  const url = `${urlOf(TOPOLOGY_ENDPOINT)}${path}`;
  return { http_sd_configs: [{ url, refresh_interval: `${rhythm(input).refresh}s` }] };
}

// The data sources that the stack's services are for Grafana, in the syntax of its provisioning.
import { createHash } from "node:crypto";
import {
  authFiles,
  authSecrets,
  type HttpAuth,
  type NamedSecret,
  type Owner,
  owner,
  secretFile,
} from "../../lib/auth";
import { type Endpoint, loginAt, urlOf } from "../../lib/endpoint";
import { CONFIG_DIRECTORY, SECRETS_DIRECTORY } from "../../lib/service";
import { GRAFANA } from "./endpoint";

/** What differs between the kinds of data sources. */
export type DatasourceKind =
  | {
      readonly type: "prometheus";
      /** Its scrape interval: the smallest step of Grafana's queries. */
      readonly scrapeInterval: string;
      /** What it is called, if not Prometheus. */
      readonly title?: string;
      /**
       * `all`: what every Prometheus of the stack scrapes, so dashboards ask it first. `some`: only some of the series;
       * dashboards do not ask it. Default: what this Prometheus scrapes.
       */
      readonly has?: "all" | "some";
    }
  /** Version 1, asked in InfluxQL. */
  | { readonly type: "influxdb"; readonly database: string }
  | { readonly type: "loki" };

/** A service of the stack that Grafana queries. */
export type Datasource<Secret = unknown> = DatasourceKind & {
  readonly name: string;
  /** Uid that dashboards refer to. */
  readonly uid: string;
  /** How Grafana reaches it. */
  readonly endpoint: Endpoint<Secret>;
};

/** A data source that Grafana finds: it names it itself. */
export interface FoundDatasource<Secret = unknown> {
  readonly kind: DatasourceKind;
  readonly endpoint: Endpoint<Secret>;
  /** Name of the host that it is on, unless that is Grafana's own. */
  readonly host?: string | undefined;
}

export const TITLES: Readonly<Record<DatasourceKind["type"], string>> = {
  prometheus: "Prometheus",
  influxdb: "InfluxDB",
  loki: "Loki",
};

/** What tells it from others of its type. */
export function titleOf(kind: DatasourceKind): string {
  if (kind.type === "influxdb") return `${TITLES.influxdb} ${kind.database}`;
  return (kind.type === "prometheus" ? kind.title : undefined) ?? TITLES[kind.type];
}

/** @param prometheusUid uid of the first that dashboards may ask, which they refer to; others have the one that Grafana derives */
export function namedDatasources<Secret>(
  found: ReadonlyArray<FoundDatasource<Secret>>,
  prometheusUid: string,
): Array<Datasource<Secret>> {
  const first = found.find(({ kind }) => isMain(kind));
  return found.map((one) => {
    const { title: _, has: __, ...kind } = { title: undefined, has: undefined, ...one.kind };
    const name = nameOf(one);
    const uid = one === first ? prometheusUid : uidBeside(name, prometheusUid);
    return { ...kind, name, uid, endpoint: one.endpoint };
  });
}

export function nameOf({ kind, host }: Pick<FoundDatasource, "kind" | "host">): string {
  return host === undefined ? titleOf(kind) : `${titleOf(kind)} (${host})`;
}

/** The one that Grafana derives from the name may be that of the first. */
function uidBeside(name: string, first: string): string {
  const derived = datasourceUid({ name });
  return derived === first ? datasourceUid({ name: `${name} beside another one` }) : derived;
}

/** Whether dashboards may ask it for anything. */
export function isMain(kind: DatasourceKind | undefined): boolean {
  return kind?.type === "prometheus" && kind.has !== "some";
}

/** The uid that Grafana itself would derive. */
export function datasourceUid({
  name,
  uid,
}: {
  readonly name: string;
  readonly uid?: string | undefined;
}): string {
  return uid ?? `P${createHash("sha256").update(name).digest("hex").slice(0, 16).toUpperCase()}`;
}

export function provisionedDatasource(datasource: Datasource, isDefault: boolean) {
  const { name, type, uid, endpoint } = datasource;
  const { auth } = endpoint;
  const secure = secureOptions(datasource);
  return {
    name,
    type,
    uid,
    access: "proxy",
    url: urlOf(endpoint),
    isDefault,
    editable: false,
    ...(auth?.type === "basic" ? { basicAuth: true, basicAuthUser: literal(auth.username) } : {}),
    jsonData: datasourceOptions(datasource, literal),
    ...(Object.keys(secure).length > 0 ? { secureJsonData: secure } : {}),
  };
}

/** The secrets that Grafana logs in with. */
export function datasourceSecrets<Secret>(
  datasources: ReadonlyArray<Datasource<Secret>>,
): Array<NamedSecret<Secret>> {
  return datasources.flatMap((one) => authSecrets(loginAt(one.endpoint), ownerOf(one)));
}

/** The certificates that Grafana trusts, by path below the configuration directory. */
export function datasourceFiles(datasources: readonly Datasource[]): Record<string, string> {
  return Object.assign({}, ...datasources.map((one) => authFiles(loginAt(one.endpoint), ownerOf(one))));
}

/** @param written how a text of the user's is written there */
export function datasourceOptions(
  datasource: DatasourceKind & Pick<Datasource, "endpoint">,
  written: (text: string) => unknown = (text) => text,
): Record<string, unknown> {
  return { ...options(datasource, written), ...loginOptions(datasource.endpoint) };
}

function options(datasource: DatasourceKind, written: (text: string) => unknown): Record<string, unknown> {
  switch (datasource.type) {
    case "prometheus":
      return { httpMethod: "POST", timeInterval: datasource.scrapeInterval };
    case "influxdb":
      return { version: "InfluxQL", httpMode: "POST", dbName: written(datasource.database) };
    case "loki":
      return {};
    default:
      return datasource satisfies never;
  }
}

function loginOptions({ auth, tls }: Endpoint): Record<string, unknown> {
  return {
    ...(auth?.type === "bearer" ? { httpHeaderName1: "Authorization" } : {}),
    ...(tls?.ca === undefined ? {} : { tlsAuthWithCACert: true }),
    ...(tls?.serverName === undefined ? {} : { serverName: tls.serverName }),
    ...(tls?.insecure ? { tlsSkipVerify: true } : {}),
  };
}

/** What Grafana encrypts in its database; it reads files where it is provisioned. */
function secureOptions(datasource: Datasource): Record<string, string> {
  const { secret, file } = ownerOf(datasource);
  const { auth, tls } = datasource.endpoint;
  return {
    ...(auth?.type === "basic" ? { basicAuthPassword: fromFile(secretFile(secret("password"))) } : {}),
    ...(auth?.type === "bearer"
      ? { httpHeaderValue1: `Bearer ${fromFile(secretFile(secret("token")))}` }
      : {}),
    ...(tls?.ca === undefined ? {} : { tlsCACert: fromFile(`${CONFIG_DIRECTORY}/${file("ca.pem")}`) }),
  };
}

function ownerOf({ uid }: Datasource): Owner {
  return owner(GRAFANA, uid);
}

/** The data sources that the user's dashboards may refer to: by kind the stack's, else the first of the user's own. */
export function dashboardSources(
  given: {
    readonly datasourceUid: string;
    readonly datasources: readonly OwnDatasource[];
    readonly missingDatasources: "keep" | "replace";
  },
  found: readonly Datasource[],
) {
  const own = given.datasources.map((one) => ({ ...one, uid: datasourceUid(one) }));
  const all = [{ name: TITLES.prometheus, type: "prometheus", uid: given.datasourceUid }, ...found, ...own];
  return {
    byKind: Object.fromEntries(all.map(({ type, uid }) => [type, uid]).reverse()) as Record<string, string>,
    ...(given.missingDatasources === "keep"
      ? {}
      : { known: new Set(all.flatMap(({ name, uid }) => [name, uid])) }),
  };
}

/** Any other data source, of the user's own. */
export interface OwnDatasource<Secret = unknown> {
  readonly name: string;
  readonly type: string;
  readonly uid?: string | undefined;
  readonly url?: string | undefined;
  readonly access: string;
  readonly isDefault: boolean;
  readonly basicAuthUser?: string | undefined;
  readonly jsonData: Readonly<Record<string, unknown>>;
  /** Names of the user's own secrets. */
  readonly secureJsonData: Readonly<Record<string, string>>;
  /** How it enters a front of the stack. */
  readonly entered?: HttpAuth<Secret> | undefined;
}

export function ownDatasource({ jsonData, secureJsonData, entered = {}, ...source }: OwnDatasource) {
  const { bearerToken, tls } = entered;
  const { secret, file } = entererOf(source);
  const secrets = [
    ...Object.entries(secureJsonData).map(([key, name]) => [
      key,
      fromFile(`${SECRETS_DIRECTORY}/${GRAFANA}.${name}`),
    ]),
    ...(bearerToken === undefined
      ? []
      : [["httpHeaderValue1", `Bearer ${fromFile(secretFile(secret("token")))}`]]),
    ...(tls?.ca === undefined ? [] : [["tlsCACert", fromFile(`${CONFIG_DIRECTORY}/${file("ca.pem")}`)]]),
  ];
  const options = {
    ...jsonData,
    ...(bearerToken === undefined ? {} : { httpHeaderName1: "Authorization" }),
    ...(tls?.ca === undefined ? {} : { tlsAuthWithCACert: true }),
  };
  return {
    ...(literal({ ...source, jsonData: options }) as object),
    uid: datasourceUid(source),
    editable: false,
    ...(source.basicAuthUser === undefined ? {} : { basicAuth: true }),
    ...(secrets.length > 0 ? { secureJsonData: Object.fromEntries(secrets) } : {}),
  };
}

/** The secrets with which the user's own enter fronts of the stack. */
export function enteringSecrets<Secret>(
  datasources: ReadonlyArray<OwnDatasource<Secret>>,
): Array<NamedSecret<Secret>> {
  return datasources.flatMap((one) => authSecrets(one.entered ?? {}, entererOf(one)));
}

/** The certificates by which they recognise them, by path below the configuration directory. */
export function enteringFiles(datasources: readonly OwnDatasource[]): Record<string, string> {
  return Object.assign({}, ...datasources.map((one) => authFiles(one.entered ?? {}, entererOf(one))));
}

function entererOf(source: Pick<OwnDatasource, "name" | "uid">): Owner {
  return owner(GRAFANA, datasourceUid(source), "own");
}

function fromFile(path: string): string {
  return `$__file{${path}}`;
}

/** Grafana expands environment variables, and reads two dollar signs as one. */
function literal(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, literal(inner)]])),
  );
}

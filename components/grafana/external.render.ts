// What a Grafana of somebody else's gets: a folder, data sources and dashboards, in the syntax of its HTTP API. Others have theirs there,
// too, so uids are ours alone, and names tell stacks and hosts apart.
import { createHash } from "node:crypto";
import type { EndpointAuth } from "../../lib/endpoint";
import { urlOf } from "../../lib/endpoint";
import { type Datasource, datasourceOptions, type FoundDatasource, titleOf } from "./datasource.render";

/** Whose objects they are. */
export interface ExternalScope {
  /** Unique among all that anybody deploys there: project, stack and host. */
  readonly identity: string;
  /** For people. */
  readonly title: string;
}

/** Where dashboards go: a folder of ours, or one that is there already. */
export type ExternalFolder = { readonly uid: string } & (
  | { readonly title: string }
  | { readonly existing: true }
);

/** Grafana's limit. */
const LONGEST_UID = 40;

/** A uid with our prefix. */
export function externalUid({ identity }: ExternalScope, name: string): string {
  const uid = `pw${digest(identity, 8)}-${name}`;
  return uid.length <= LONGEST_UID && /^[\w-]+$/.test(uid)
    ? uid
    : `pw${digest(identity, 8)}-${digest(name, 24)}`;
}

function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

export function externalFolder(
  given: string | { readonly uid: string } | undefined,
  scope: ExternalScope,
): ExternalFolder {
  if (typeof given === "object") return { uid: given.uid, existing: true };
  return { uid: externalUid(scope, "folder"), title: given ?? `Podwatch ${scope.title}` };
}

/** Data sources with their names there. */
export function externalDatasources<Secret>(
  found: ReadonlyArray<FoundDatasource<Secret>>,
  scope: ExternalScope,
): Array<Datasource<Secret>> {
  return found.map(({ kind, endpoint, host }) => {
    const from = host === undefined ? "" : ` of ${host}`;
    return {
      ...kind,
      name: `${titleOf(kind)}${from} (${scope.title})`,
      uid: externalUid(scope, host === undefined ? slugOf(kind) : `${slugOf(kind)}-${host}`),
      endpoint,
    };
  });
}

/** What tells it from others of the host in a uid. */
function slugOf(kind: FoundDatasource["kind"]): string {
  if (kind.type === "influxdb") return `${kind.type}-${kind.database}`;
  return titleOf(kind).toLowerCase().replaceAll(" ", "-");
}

/** Without what is secret. */
export function externalDatasource(datasource: Datasource) {
  const { name, type, uid, endpoint } = datasource;
  const { auth } = endpoint;
  return {
    uid,
    name,
    type,
    access: "proxy",
    url: urlOf(endpoint),
    isDefault: false,
    ...(auth?.type === "basic" ? { basicAuth: true, basicAuthUser: auth.username } : {}),
    jsonData: datasourceOptions(datasource),
  };
}

/** What Grafana encrypts of a log-in. */
export function externalSecret<Secret>(auth: EndpointAuth<Secret> | undefined) {
  switch (auth?.type) {
    case undefined:
      return undefined;
    case "basic":
      return { key: "basicAuthPassword", prefix: "", value: auth.password };
    case "bearer":
      return { key: "httpHeaderValue1", prefix: "Bearer ", value: auth.token };
    default:
      return auth satisfies never;
  }
}

type Content = Readonly<Record<string, unknown>>;

/**
 * Dashboards with uids of ours, which they link to one another by.
 *
 * @param dashboards by the name of their file
 * @param rebound uids of data sources, with those that take their place
 */
export function externalDashboards(
  dashboards: Readonly<Record<string, Content>>,
  scope: ExternalScope,
  folder: ExternalFolder,
  rebound: Readonly<Record<string, string>>,
): Record<string, { readonly folderUid: string; readonly dashboard: Content & { readonly uid: string } }> {
  const uids = new Map(
    Object.entries(dashboards).map(([file, { uid }]) => {
      const own = typeof uid === "string" && uid !== "" ? uid : digest(file, 16);
      return [file, { own, there: externalUid(scope, own) }];
    }),
  );
  const links = new Map([...uids.values()].map(({ own, there }) => [own, there]));
  const written = (value: string) =>
    rebound[value] ??
    value.replace(/(\/d\/)([\w-]+)/g, (whole, path, uid) =>
      links.has(uid) ? `${path}${links.get(uid)}` : whole,
    );
  return Object.fromEntries(
    Object.entries(dashboards).map(([file, { id: _, version: __, ...content }]) => {
      const bound = withTexts(content, written) as Content;
      const title = "existing" in folder ? `${bound.title} (${scope.title})` : bound.title;
      return [
        file,
        { folderUid: folder.uid, dashboard: { ...bound, uid: uids.get(file)?.there ?? "", title } },
      ];
    }),
  );
}

function withTexts(value: unknown, written: (text: string) => string): unknown {
  if (typeof value === "string") return written(value);
  if (Array.isArray(value)) return value.map((inner) => withTexts(inner, written));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withTexts(inner, written)]));
}

// Renders where Prometheus sends samples and alerts, for prometheus.yml.
import {
  authFiles,
  authSecrets,
  type HttpAuth,
  httpAuthConfig,
  type NamedSecret,
  type Owner,
  owner,
} from "../../lib/auth";
import { authority, type Endpoint, endpointName, loginAt } from "../../lib/endpoint";

interface Remote<Secret> extends HttpAuth<Secret> {
  /** Unique among its kind. */
  readonly name: string;
  /** Further keys, in Prometheus' syntax. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Where samples are read from. */
export interface RemoteRead<Secret = unknown> extends Remote<Secret> {
  readonly url: string;
}

/** Where samples are sent. */
export interface RemoteWrite<Secret = unknown> extends RemoteRead<Secret> {
  readonly sendNativeHistograms?: boolean | undefined;
}

/** An external Alertmanager. */
export interface OtherAlertmanager<Secret = unknown> extends Remote<Secret> {
  readonly targets: readonly string[];
  readonly scheme: string;
  readonly pathPrefix: string;
}

/** All destinations of a Prometheus. */
export interface Remotes<Secret = unknown> {
  readonly remoteWrite: ReadonlyArray<RemoteWrite<Secret>>;
  readonly remoteRead?: ReadonlyArray<RemoteRead<Secret>>;
  readonly alertmanagers: ReadonlyArray<OtherAlertmanager<Secret>>;
}

/** @param histograms whether native histograms are scraped */
export function remoteWriteConfig(endpoint: RemoteWrite, histograms = false) {
  const { name, url, sendNativeHistograms = histograms, extra } = endpoint;
  return {
    name,
    url,
    ...(sendNativeHistograms ? { send_native_histograms: true } : {}),
    ...httpAuthConfig(endpoint, remoteOwner(endpoint, "write")),
    ...extra,
  };
}

export function remoteReadConfig(endpoint: RemoteRead) {
  const { name, url, extra } = endpoint;
  return { name, url, ...httpAuthConfig(endpoint, remoteOwner(endpoint, "read")), ...extra };
}

/** An Alertmanager of the stack. */
export function alertmanagerConfig(endpoint: Endpoint) {
  return {
    ...(endpoint.scheme === "https" ? { scheme: endpoint.scheme } : {}),
    path_prefix: endpoint.path,
    static_configs: [{ targets: [authority(endpoint)] }],
    ...httpAuthConfig(loginAt(endpoint), alertmanagerOwner(endpoint)),
  };
}

export function otherAlertmanagerConfig(alertmanager: OtherAlertmanager) {
  const { targets, scheme, pathPrefix, extra } = alertmanager;
  return {
    scheme,
    path_prefix: pathPrefix,
    ...(targets.length === 0 ? {} : { static_configs: [{ targets }] }),
    ...httpAuthConfig(alertmanager, remoteOwner(alertmanager, "alertmanager")),
    ...extra,
  };
}

/** @param own Alertmanagers of the stack */
export function remoteSecrets<Secret>(
  remotes: Remotes<Secret>,
  own: ReadonlyArray<Endpoint<Secret>> = [],
): Array<NamedSecret<Secret>> {
  return logins(remotes, own).flatMap(([auth, of]) => authSecrets(auth, of));
}

/** The certificates of all, by path below the configuration directory. */
export function remoteFiles(remotes: Remotes, own: readonly Endpoint[] = []): Record<string, string> {
  return Object.assign({}, ...logins(remotes, own).map(([auth, of]) => authFiles(auth, of)));
}

function logins<Secret>(
  { remoteWrite, remoteRead = [], alertmanagers }: Remotes<Secret>,
  own: ReadonlyArray<Endpoint<Secret>>,
): Array<[HttpAuth<Secret>, Owner]> {
  return [
    ...remoteWrite.map((one): [HttpAuth<Secret>, Owner] => [one, remoteOwner(one, "write")]),
    ...remoteRead.map((one): [HttpAuth<Secret>, Owner] => [one, remoteOwner(one, "read")]),
    ...alertmanagers.map((one): [HttpAuth<Secret>, Owner] => [one, remoteOwner(one, "alertmanager")]),
    ...own.map((one): [HttpAuth<Secret>, Owner] => [loginAt(one), alertmanagerOwner(one)]),
  ];
}

/** One of the user's may have any name, so the part differs. */
function alertmanagerOwner(endpoint: Endpoint): Owner {
  return owner("prometheus", endpointName(endpoint), "own-alertmanager");
}

/** Jobs may have the same names; the part distinguishes them. */
function remoteOwner({ name }: { readonly name: string }, part: string): Owner {
  return owner("prometheus", name, part);
}

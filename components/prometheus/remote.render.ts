// Renders remote write and Alertmanagers for prometheus.yml.
import {
  authFiles,
  authSecrets,
  type HttpAuth,
  httpAuthConfig,
  type NamedSecret,
  type Owner,
  owner,
} from "../../lib/auth";

interface Remote<Secret> extends HttpAuth<Secret> {
  /** Unique among its kind. */
  readonly name: string;
  /** Further keys, in Prometheus' syntax. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Where samples are sent. */
export interface RemoteWrite<Secret = unknown> extends Remote<Secret> {
  readonly url: string;
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
  readonly alertmanagers: ReadonlyArray<OtherAlertmanager<Secret>>;
}

export function remoteWriteConfig(endpoint: RemoteWrite) {
  const { name, url, extra } = endpoint;
  return { name, url, ...httpAuthConfig(endpoint, remoteOwner(endpoint, "write")), ...extra };
}

export function otherAlertmanagerConfig(alertmanager: OtherAlertmanager) {
  const { targets, scheme, pathPrefix, extra } = alertmanager;
  return {
    scheme,
    path_prefix: pathPrefix,
    static_configs: [{ targets }],
    ...httpAuthConfig(alertmanager, remoteOwner(alertmanager, "alertmanager")),
    ...extra,
  };
}

export function remoteSecrets<Secret>(remotes: Remotes<Secret>): Array<NamedSecret<Secret>> {
  return logins(remotes).flatMap(([auth, of]) => authSecrets(auth, of));
}

/** The certificates of all, by path below the configuration directory. */
export function remoteFiles(remotes: Remotes): Record<string, string> {
  return Object.assign({}, ...logins(remotes).map(([auth, of]) => authFiles(auth, of)));
}

function logins<Secret>({ remoteWrite, alertmanagers }: Remotes<Secret>): Array<[HttpAuth<Secret>, Owner]> {
  return [
    ...remoteWrite.map((one): [HttpAuth<Secret>, Owner] => [one, remoteOwner(one, "write")]),
    ...alertmanagers.map((one): [HttpAuth<Secret>, Owner] => [one, remoteOwner(one, "alertmanager")]),
  ];
}

/** Jobs may have the same names; the part distinguishes them. */
function remoteOwner({ name }: { readonly name: string }, part: string): Owner {
  return owner("prometheus", name, part);
}

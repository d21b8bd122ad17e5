// Renders receivers for alertmanager.yml. Secrets are referenced as files, never rendered.
import {
  authFiles,
  authSecrets,
  byName,
  type HttpAuth,
  httpAuthConfig,
  type NamedSecret,
  type Owner,
  owner,
  secretFile,
  type Tls,
  tlsConfig,
} from "../../lib/auth";
import { type AwsLogin, awsFiles } from "./aws.render";
import type { Native } from "./receivers/kind";
import { type KindName, kindNames, kindOf } from "./receivers/kinds";

/** A channel, whatever its kind: its own settings are that kind's business. */
interface Channel<Secret> extends HttpAuth<Secret> {
  readonly sendResolved: boolean;
  /** Further keys, in Alertmanager's syntax. */
  readonly extra: Native;
}

/** A receiver with one or more channels; the values of secrets are not needed here. */
export type Receiver<Secret = unknown> = {
  readonly [Name in KindName]?: Channel<Secret> | undefined;
} & {
  /** Further channels by kind, in Alertmanager's syntax. */
  readonly extra?: Readonly<Record<string, readonly Native[]>> | undefined;
};

/** One entry of `receivers`. */
export function receiverConfig(name: string, receiver: Receiver): Native {
  const typed: Record<string, Native[]> = Object.fromEntries(
    channelsOf(receiver).map(([kind, channel]) => [`${kind}_configs`, [channelConfig(name, kind, channel)]]),
  );
  const further = Object.entries(receiver.extra ?? {}).map(([list, channels]) => [
    list,
    [...(typed[list] ?? []), ...channels],
  ]);
  return { name, ...typed, ...Object.fromEntries(further) };
}

function channelConfig(receiver: string, kind: KindName, channel: Channel<unknown>): Native {
  const { secrets, config } = kindOf(kind);
  const file = (secret: string) => secretFile(receiverSecret(receiver, secrets[secret] ?? secret));
  const login = loginConfig(channel, kind, channelOwner(receiver, kind));
  return merged(channel, config(channel as never, file), login);
}

/** Mail is no HTTP. */
function loginConfig(channel: HttpAuth & { tls?: Tls | undefined }, kind: KindName, of: Owner): Native {
  if (kind === "email") return channel.tls ? { tls_config: tlsConfig(channel.tls, of) } : {};
  const config = httpAuthConfig(channel, of);
  return Object.keys(config).length > 0 ? { http_config: config } : {};
}

function channelsOf<Secret>(receiver: Receiver<Secret>): Array<[KindName, Channel<Secret>]> {
  return kindNames.flatMap((kind): Array<[KindName, Channel<Secret>]> => {
    const channel: Channel<Secret> | undefined = receiver[kind];
    return channel === undefined ? [] : [[kind, channel]];
  });
}

/** The owner of the secrets with which a receiver's channel authenticates. */
function channelOwner(receiver: string, kind: KindName): Owner {
  const of = owner("alertmanager", receiver, kind);
  // This name is older than the scheme of the others.
  const first = (secret: string) =>
    kind === "webhook" && secret === "token" ? receiverSecret(receiver, "webhook-token") : undefined;
  return { ...of, secret: (secret) => first(secret) ?? of.secret(secret) };
}

/** The certificates of all receivers, by path below the configuration directory. */
export function receiverFiles(receivers: Readonly<Record<string, Receiver>>): Record<string, string> {
  const all = Object.entries(receivers).flatMap(([name, receiver]) =>
    channelsOf(receiver).map(([kind, channel]) => authFiles(channel, channelOwner(name, kind))),
  );
  return Object.assign({}, ...all, awsFiles(awsLogins(receivers)));
}

export function awsLogins(receivers: Readonly<Record<string, Receiver>>): AwsLogin[] {
  return Object.entries(receivers).flatMap(([name, { sns }]) => {
    const { accessKey } = (sns ?? {}) as { readonly accessKey?: string };
    return accessKey === undefined ? [] : [{ accessKey, secret: receiverSecret(name, "sns") }];
  });
}

/** The shipped files with messages that the receivers need besides the one that all have. */
export function receiverTemplates(receivers: Readonly<Record<string, Receiver>>): string[] {
  const all = Object.values(receivers).flatMap((receiver) =>
    channelsOf(receiver).flatMap(([kind]) => kindOf(kind).templates ?? []),
  );
  return [...new Set(all)];
}

/** The secrets of all receivers, by the names under which the service finds them. */
export function receiverSecrets<Secret>(
  receivers: Readonly<Record<string, Receiver<Secret>>>,
): Array<NamedSecret<Secret>> {
  return byName(
    Object.entries(receivers).flatMap(([name, receiver]) =>
      channelsOf(receiver).flatMap(([kind, channel]) => [
        ...ownSecretsOf(name, kind, channel),
        ...authSecrets(channel, channelOwner(name, kind)),
      ]),
    ),
  );
}

function ownSecretsOf<Secret>(
  receiver: string,
  kind: KindName,
  channel: Channel<Secret>,
): Array<NamedSecret<Secret>> {
  return Object.entries(kindOf(kind).secrets).flatMap(([secret, end = secret]) => {
    const value = (channel as unknown as Record<string, Secret | undefined>)[secret];
    return value === undefined ? [] : [{ name: receiverSecret(receiver, end), value }];
  });
}

/** No end is the end of another, so names of secrets are unique. */
function receiverSecret(receiver: string, end: string): string {
  // A dot would look like that of an owner.
  if (receiver.includes(".")) return owner("alertmanager", receiver, "channel").secret(end);
  return `alertmanager-${receiver}-${end}`;
}

/** Groups present in both, such as headers, are merged. */
function merged({ sendResolved, extra }: Channel<unknown>, ...parts: Native[]): Native {
  const all: Record<string, unknown> = Object.assign({ send_resolved: sendResolved }, ...parts);
  for (const [key, value] of Object.entries(extra)) {
    const ours = all[key];
    all[key] = isGroup(ours) && isGroup(value) ? { ...ours, ...value } : value;
  }
  return all;
}

function isGroup(value: unknown): value is Native {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

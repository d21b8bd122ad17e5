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
import {
  discordConfig,
  emailConfig,
  msteamsConfig,
  opsgenieConfig,
  pagerdutyConfig,
  pushoverConfig,
  slackConfig,
  telegramConfig,
  victoropsConfig,
  webhookConfig,
} from "./receiverMessages.render";

interface Common<Secret = unknown> extends HttpAuth<Secret> {
  readonly sendResolved: boolean;
  /** Further keys, in Alertmanager's syntax. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A receiver with one or more channels; the values of secrets are not needed here. */
export interface Receiver<Secret = unknown> {
  readonly slack?:
    | (Common<Secret> & { readonly apiUrl: Secret; readonly channel?: string | undefined })
    | undefined;
  readonly email?: (Omit<Common, keyof HttpAuth> & Email<Secret>) | undefined;
  readonly opsgenie?: (Common<Secret> & Opsgenie<Secret>) | undefined;
  readonly pagerduty?: (Common<Secret> & { readonly routingKey: Secret; readonly url: string }) | undefined;
  readonly webhook?: (Common<Secret> & Webhook<Secret>) | undefined;
  readonly telegram?: (Common<Secret> & Telegram<Secret>) | undefined;
  readonly discord?: (Common<Secret> & { readonly webhookUrl: Secret }) | undefined;
  readonly msteamsv2?: (Common<Secret> & { readonly webhookUrl: Secret }) | undefined;
  readonly pushover?: (Common<Secret> & { readonly userKey: Secret; readonly token: Secret }) | undefined;
  readonly victorops?: (Common<Secret> & Victorops<Secret>) | undefined;
  /** Further channels by kind, in Alertmanager's syntax. */
  readonly extra?: Readonly<Record<string, readonly Settings[]>> | undefined;
}

interface Victorops<Secret> {
  readonly apiKey: Secret;
  readonly routingKey: string;
  readonly apiUrl: string;
}

interface Email<Secret> {
  readonly to: readonly string[];
  readonly from: string;
  readonly smarthost: string;
  readonly authUsername?: string | undefined;
  readonly authPassword?: Secret | undefined;
  readonly requireTls: boolean;
  readonly tls?: Tls<Secret> | undefined;
}

interface Opsgenie<Secret> {
  readonly apiKey: Secret;
  readonly apiUrl: string;
  readonly priority?: string | undefined;
  readonly tags: readonly string[];
}

interface Webhook<Secret> {
  readonly url: Secret;
  readonly maxAlerts: number;
}

interface Telegram<Secret> {
  readonly botToken: Secret;
  readonly chatId: number;
  readonly apiUrl: string;
  readonly disableNotifications: boolean;
}

type Settings = Readonly<Record<string, unknown>>;

/** One entry of `receivers`. */
export function receiverConfig(name: string, receiver: Receiver): Settings {
  const { slack, email, opsgenie, pagerduty, webhook, telegram } = receiver;
  const { discord, msteamsv2, pushover, victorops } = receiver;
  const file = (kind: SecretKind) => secretFile(receiverSecret(name, kind));
  const http = (way: Way) => {
    const config = httpAuthConfig(receiver[way] ?? {}, wayOwner(name, way));
    return Object.keys(config).length > 0 ? { http_config: config } : {};
  };
  const typed: Settings = {
    ...(slack && { slack_configs: [merged(slack, slackConfig(slack, file), http("slack"))] }),
    ...(email && {
      email_configs: [merged(email, emailConfig(email, file), smtp(email, wayOwner(name, "email")))],
    }),
    ...(opsgenie && {
      opsgenie_configs: [merged(opsgenie, opsgenieConfig(opsgenie, file), http("opsgenie"))],
    }),
    ...(pagerduty && {
      pagerduty_configs: [merged(pagerduty, pagerdutyConfig(pagerduty, file), http("pagerduty"))],
    }),
    ...(webhook && { webhook_configs: [merged(webhook, webhookConfig(webhook, file), http("webhook"))] }),
    ...(telegram && {
      telegram_configs: [merged(telegram, telegramConfig(telegram, file), http("telegram"))],
    }),
    ...(discord && { discord_configs: [merged(discord, discordConfig(file), http("discord"))] }),
    ...(msteamsv2 && { msteamsv2_configs: [merged(msteamsv2, msteamsConfig(file), http("msteamsv2"))] }),
    ...(pushover && { pushover_configs: [merged(pushover, pushoverConfig(file), http("pushover"))] }),
    ...(victorops && {
      victorops_configs: [merged(victorops, victoropsConfig(victorops, file), http("victorops"))],
    }),
  };
  const further = Object.entries(receiver.extra ?? {}).map(([kind, channels]) => [
    kind,
    [...((typed[kind] as Settings[] | undefined) ?? []), ...channels],
  ]);
  return { name, ...typed, ...Object.fromEntries(further) };
}

/** The kinds of receiver channels. */
const WAYS = [
  ...(["slack", "email", "opsgenie", "pagerduty", "webhook", "telegram"] as const),
  ...(["discord", "msteamsv2", "pushover", "victorops"] as const),
] as const;
type Way = (typeof WAYS)[number];

/** The owner of the secrets with which a receiver's channel authenticates. */
function wayOwner(receiver: string, way: Way): Owner {
  const of = owner("alertmanager", receiver, way);
  // This name is older than the scheme of the others.
  const first = (kind: string) =>
    way === "webhook" && kind === "token" ? receiverSecret(receiver, "webhook-token") : undefined;
  return { ...of, secret: (kind) => first(kind) ?? of.secret(kind) };
}

function smtp({ tls }: NonNullable<Receiver["email"]>, of: Owner): Settings {
  return tls ? { tls_config: tlsConfig(tls, of) } : {};
}

/** Authentication of each channel of a receiver. */
function logins<Secret>(name: string, receiver: Receiver<Secret>): Array<[HttpAuth<Secret>, Owner]> {
  return WAYS.flatMap((way): Array<[HttpAuth<Secret>, Owner]> => {
    const auth: HttpAuth<Secret> | undefined = receiver[way];
    return auth === undefined ? [] : [[auth, wayOwner(name, way)]];
  });
}

/** The certificates of all receivers, by path below the configuration directory. */
export function receiverFiles(receivers: Readonly<Record<string, Receiver>>): Record<string, string> {
  const all = Object.entries(receivers).flatMap(([name, receiver]) => logins(name, receiver));
  return Object.assign({}, ...all.map(([auth, of]) => authFiles(auth, of)));
}

/** The secrets of all receivers, by the names under which the service finds them. */
export function receiverSecrets<Secret>(
  receivers: Readonly<Record<string, Receiver<Secret>>>,
): Array<NamedSecret<Secret>> {
  return byName(
    Object.entries(receivers).flatMap(([name, receiver]) => [
      ...SECRET_KINDS.flatMap((kind) => {
        const value = secretOf(receiver, kind);
        return value === undefined ? [] : [{ name: receiverSecret(name, kind), value }];
      }),
      ...logins(name, receiver).flatMap(([auth, of]) => authSecrets(auth, of)),
    ]),
  );
}

const SECRET_KINDS = [...WAYS, "pushover-user"] as const;
type SecretKind = (typeof SECRET_KINDS)[number];
/** The file of a receiver's secret. */
export type File = (kind: SecretKind) => string;

/** No kind is a suffix of another, so names of secrets are unique. */
function receiverSecret(receiver: string, kind: SecretKind | "webhook-token"): string {
  // A dot would look like the end of a kind.
  if (receiver.includes(".")) return owner("alertmanager", receiver, "channel").secret(kind);
  return `alertmanager-${receiver}-${kind}`;
}

function secretOf<Secret>(receiver: Receiver<Secret>, kind: SecretKind): Secret | undefined {
  switch (kind) {
    case "slack":
      return receiver.slack?.apiUrl;
    case "email":
      return receiver.email?.authPassword;
    case "opsgenie":
      return receiver.opsgenie?.apiKey;
    case "pagerduty":
      return receiver.pagerduty?.routingKey;
    case "webhook":
      return receiver.webhook?.url;
    case "telegram":
      return receiver.telegram?.botToken;
    case "discord":
      return receiver.discord?.webhookUrl;
    case "msteamsv2":
      return receiver.msteamsv2?.webhookUrl;
    case "pushover":
      return receiver.pushover?.token;
    case "pushover-user":
      return receiver.pushover?.userKey;
    case "victorops":
      return receiver.victorops?.apiKey;
    default:
      return kind satisfies never;
  }
}

/** Groups present in both, such as headers, are merged. */
function merged(
  { sendResolved, extra }: Pick<Common, "sendResolved" | "extra">,
  ...parts: Settings[]
): Settings {
  const all: Record<string, unknown> = Object.assign({ send_resolved: sendResolved }, ...parts);
  for (const [key, value] of Object.entries(extra)) {
    const ours = all[key];
    all[key] = isGroup(ours) && isGroup(value) ? { ...ours, ...value } : value;
  }
  return all;
}

function isGroup(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Receivers in the words of alertmanager.yml. Secrets stand in files: what is rendered only says where.
import { type NamedSecret, secretFile } from "./auth";

interface Common {
  readonly sendResolved: boolean;
  /** Further keys in Alertmanager's own words. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Who is told, in one or several ways; the values of secrets are of no concern here. */
export interface Receiver<Secret = unknown> {
  readonly slack?: (Common & { readonly apiUrl: Secret; readonly channel?: string | undefined }) | undefined;
  readonly email?: (Common & Email<Secret>) | undefined;
  readonly opsgenie?: (Common & Opsgenie<Secret>) | undefined;
  readonly pagerduty?: (Common & { readonly routingKey: Secret; readonly url: string }) | undefined;
  readonly webhook?: (Common & Webhook<Secret>) | undefined;
  readonly telegram?: (Common & Telegram<Secret>) | undefined;
}

interface Email<Secret> {
  readonly to: readonly string[];
  readonly from: string;
  readonly smarthost: string;
  readonly authUsername?: string | undefined;
  readonly authPassword?: Secret | undefined;
  readonly requireTls: boolean;
}

interface Opsgenie<Secret> {
  readonly apiKey: Secret;
  readonly apiUrl: string;
  readonly priority?: string | undefined;
  readonly tags: readonly string[];
}

interface Webhook<Secret> {
  readonly url: Secret;
  readonly bearerToken?: Secret | undefined;
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
  const file = (kind: SecretKind) => secretFile(receiverSecret(name, kind));
  return {
    name,
    ...(slack && { slack_configs: [merged(slack, slackConfig(slack, file))] }),
    ...(email && { email_configs: [merged(email, emailConfig(email, file))] }),
    ...(opsgenie && { opsgenie_configs: [merged(opsgenie, opsgenieConfig(opsgenie, file))] }),
    ...(pagerduty && { pagerduty_configs: [merged(pagerduty, pagerdutyConfig(pagerduty, file))] }),
    ...(webhook && { webhook_configs: [merged(webhook, webhookConfig(webhook, file))] }),
    ...(telegram && { telegram_configs: [merged(telegram, telegramConfig(telegram, file))] }),
  };
}

/** The secrets of all receivers, by the names under which the service finds them. */
export function receiverSecrets<Secret>(
  receivers: Readonly<Record<string, Receiver<Secret>>>,
): Array<NamedSecret<Secret>> {
  return Object.entries(receivers)
    .flatMap(([name, receiver]) =>
      SECRET_KINDS.map((kind) => ({ name: receiverSecret(name, kind), value: secretOf(receiver, kind) })),
    )
    .flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const SECRET_KINDS = [
  "slack",
  "email",
  "opsgenie",
  "pagerduty",
  "webhook",
  "webhook-token",
  "telegram",
] as const;
type SecretKind = (typeof SECRET_KINDS)[number];
type File = (kind: SecretKind) => string;

/** No kind ends like another one, so that no two secrets have one name. */
function receiverSecret(receiver: string, kind: SecretKind): string {
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
    case "webhook-token":
      return receiver.webhook?.bearerToken;
    case "telegram":
      return receiver.telegram?.botToken;
    default:
      return kind satisfies never;
  }
}

/** Groups that both have, such as headers, are put together. */
function merged({ sendResolved, extra }: Common, config: Settings): Settings {
  const all: Record<string, unknown> = { send_resolved: sendResolved, ...config };
  for (const [key, value] of Object.entries(extra)) {
    const ours = all[key];
    all[key] = isGroup(ours) && isGroup(value) ? { ...ours, ...value } : value;
  }
  return all;
}

function isGroup(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function slackConfig({ channel }: NonNullable<Receiver["slack"]>, file: File): Settings {
  return {
    api_url_file: file("slack"),
    ...(channel === undefined ? {} : { channel }),
    title: message("slack.title"),
    title_link: message("link"),
    text: message("slack.text"),
    fallback: message("subject"),
    footer: message("footer"),
  };
}

function emailConfig(email: NonNullable<Receiver["email"]>, file: File): Settings {
  const { authUsername } = email;
  return {
    to: email.to.join(", "),
    from: email.from,
    smarthost: email.smarthost,
    require_tls: email.requireTls,
    ...(authUsername === undefined ? {} : { auth_username: authUsername, auth_password_file: file("email") }),
    headers: { Subject: message("subject") },
    text: message("email.text"),
    html: message("email.html"),
  };
}

function opsgenieConfig(opsgenie: NonNullable<Receiver["opsgenie"]>, file: File): Settings {
  return {
    api_key_file: file("opsgenie"),
    api_url: opsgenie.apiUrl,
    message: message("subject"),
    description: message("plain"),
    source: message("source"),
    priority: opsgenie.priority ?? message("opsgenie.priority"),
    ...(opsgenie.tags.length === 0 ? {} : { tags: opsgenie.tags.join(",") }),
    details: { alertmanager: message("link") },
  };
}

function pagerdutyConfig({ url }: NonNullable<Receiver["pagerduty"]>, file: File): Settings {
  return {
    routing_key_file: file("pagerduty"),
    url,
    description: message("subject"),
    severity: message("pagerduty.severity"),
    source: message("pagerduty.source"),
    client: "Podwatch",
    client_url: message("link"),
    details: { alerts: message("plain") },
  };
}

function webhookConfig({ bearerToken, maxAlerts }: NonNullable<Receiver["webhook"]>, file: File): Settings {
  return {
    url_file: file("webhook"),
    max_alerts: maxAlerts,
    ...(bearerToken === undefined
      ? {}
      : { http_config: { authorization: { type: "Bearer", credentials_file: file("webhook-token") } } }),
  };
}

function telegramConfig(telegram: NonNullable<Receiver["telegram"]>, file: File): Settings {
  return {
    bot_token_file: file("telegram"),
    chat_id: telegram.chatId,
    api_url: telegram.apiUrl,
    disable_notifications: telegram.disableNotifications,
    parse_mode: "HTML",
    message: message("telegram.html"),
  };
}

/** What a template of `templates/alertmanager/podwatch.tmpl` makes of the alerts. */
function message(template: string): string {
  return `{{ template "podwatch.${template}" . }}`;
}

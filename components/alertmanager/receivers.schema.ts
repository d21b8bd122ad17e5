// Receivers, named as in Alertmanager's configuration: one group per kind of channel.
import { z } from "zod";
import { httpAuth, tlsSetting } from "../../config/schema/auth";
import {
  choice,
  flag,
  group,
  httpUrl,
  isHttpUrl,
  list,
  secretText,
  setting,
  target,
  text,
  whole,
} from "../../config/schema/words";

/** All kinds of receiver channels. */
export const integrationKinds = [
  "slack",
  "email",
  "opsgenie",
  "pagerduty",
  "webhook",
  "telegram",
  "discord",
  "msteamsv2",
  "pushover",
  "victorops",
] as const;
export type IntegrationKind = (typeof integrationKinds)[number];

const key = (message: string) => secretText(/^[^\p{Cc}\s{}]{8,}$/u, message);
export const secretUrl = (message: string) =>
  secretText((value) => isHttpUrl(value) && !/[{}]/.test(value), message);

const proxied = { http_config: { proxy_url: "http://proxy.my-company.net:3128" } };

const common = (documentation: string, example: Readonly<Record<string, unknown>> = proxied) => ({
  sendResolved: setting(flag().default(true), "Whether to notify about resolved alerts."),
  extra: setting(
    z
      .record(z.string(), z.unknown(), {
        error: "is not a group of settings; write keys of Alertmanager's configuration below it",
      })
      .default({}),
    `Further options of Alertmanager's \`${documentation}\`, in Alertmanager's syntax, merged verbatim. Must not contain secrets: set authentication beside it, other secrets under \`alertmanager.secrets\`.`,
    { example },
  ),
});

const slack = group({
  apiUrl: setting(
    secretUrl("is not a webhook URL; write the one that Slack shows, https://hooks.slack.com/services/..."),
    "URL of Slack's incoming webhook.",
    { secret: true },
  ),
  channel: setting(
    text(/^[#@]?[^\s#@]+$/, "is not a channel; write one such as #alerts").optional(),
    "Channel for messages.",
    { example: "#alerts", defaultText: "the webhook's own", placeholder: "a channel of yours" },
  ),
  ...httpAuth,
  ...common("slack_configs"),
});

const mailAddress = (message: string) =>
  text(/^[^\s@<>,]+@[^\s@<>,]+$/, message).meta({
    kind: "mail address",
    placeholder: "a mail address of yours",
  });

const email = group({
  to: setting(
    list(mailAddress("is not a mail address; write one such as ops@my-company.net"), "mail addresses").min(
      1,
      { error: "is empty; write at least one mail address" },
    ),
    "Recipients.",
    { example: ["ops@my-company.net"] },
  ),
  from: setting(mailAddress("is not a mail address; write one such as podwatch@my-company.net"), "Sender.", {
    example: "podwatch@my-company.net",
  }),
  smarthost: setting(target(), "Mail server, as host:port.", {
    example: "smtp.my-company.net:587",
    placeholder: "your mail server as host:port",
  }),
  authUsername: setting(
    text(/^[^\p{Cc}]+$/u, "is not a user name; write the one to log in with at the mail server").optional(),
    "User to log in as at the mail server.",
    { defaultText: "no authentication", placeholder: "the user you log in as" },
  ),
  authPassword: setting(
    secretText(/^[^\p{Cc}]+$/u, "is not a password; write the one that the mail server asks for").optional(),
    "Password to log in with.",
    { secret: true },
  ),
  requireTls: setting(
    flag().default(true),
    "Whether to require an encrypted connection (STARTTLS, or TLS from the start on port 465).",
  ),
  tls: tlsSetting(),
  ...common("email_configs", { headers: { "Reply-To": "ops@my-company.net" } }),
});

const opsgenie = group({
  apiKey: setting(
    key("is not an API key; write the one of Opsgenie's API integration"),
    "Key of Opsgenie's API integration.",
    { secret: true },
  ),
  apiUrl: setting(httpUrl().default("https://api.opsgenie.com/"), "URL of Opsgenie's API.", {
    example: "https://api.eu.opsgenie.com/",
  }),
  priority: setting(choice(["P1", "P2", "P3", "P4", "P5"]).optional(), "Priority of Opsgenie alerts.", {
    defaultText: "from the label `severity`: critical `P1`, warning `P3`, else `P5`",
  }),
  tags: setting(
    list(text(/^[^,]{1,50}$/, "is not a tag; write up to 50 characters without a comma"), "tags").default([]),
    "Tags of Opsgenie alerts.",
    { example: ["monitoring"] },
  ),
  ...httpAuth,
  ...common("opsgenie_configs"),
});

const pagerduty = group({
  routingKey: setting(
    secretText(
      /^[A-Za-z0-9]{32}$/,
      "is not a routing key; write the 32 characters of the integration key (Events API v2)",
    ),
    "Integration key of the service (Events API v2).",
    { secret: true },
  ),
  url: setting(
    httpUrl().default("https://events.pagerduty.com/v2/enqueue"),
    "URL of PagerDuty's Events API.",
    { example: "https://events.eu.pagerduty.com/v2/enqueue" },
  ),
  ...httpAuth,
  ...common("pagerduty_configs"),
});

const webhook = group({
  url: setting(
    secretUrl("is not a URL; write one that begins with https:// or http://"),
    "URL that receives Alertmanager's JSON.",
    { secret: true },
  ),
  maxAlerts: setting(
    whole(0, 100_000, "is not a number of alerts; write a whole number, 0 for all").default(0),
    "Maximum number of alerts in one message; 0 means all.",
  ),
  ...httpAuth,
  ...common("webhook_configs"),
});

const telegram = group({
  botToken: setting(
    secretText(
      /^\d+:[A-Za-z0-9_-]{20,}$/,
      "is not a bot's token; write the one that @BotFather gave, 123456:ABC...",
    ),
    "Token of the bot.",
    { secret: true },
  ),
  chatId: setting(
    whole(
      Number.MIN_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
      "is not a chat's id; write its number, negative for groups",
    ),
    "Id of the chat; negative for groups.",
    { example: -1001234567890 },
  ),
  apiUrl: setting(httpUrl().default("https://api.telegram.org"), "URL of Telegram's bot API."),
  disableNotifications: setting(flag().default(false), "Whether messages arrive without a sound."),
  ...httpAuth,
  ...common("telegram_configs"),
});

const discord = group({
  webhookUrl: setting(
    secretUrl("is not a webhook URL; write the one of the channel, https://discord.com/api/webhooks/..."),
    "URL of the channel's webhook.",
    { secret: true },
  ),
  ...httpAuth,
  ...common("discord_configs"),
});

const msteamsv2 = group({
  webhookUrl: setting(
    secretUrl("is not a webhook URL; write that of the channel's workflow"),
    'URL of the workflow "When a Teams webhook request is received".',
    { secret: true },
  ),
  ...httpAuth,
  ...common("msteamsv2_configs"),
});

const pushover = group({
  userKey: setting(
    secretText(/^[A-Za-z0-9]{30}$/, "is not a user's or group's key; write its 30 letters and digits"),
    "Key of the user or group to notify.",
    { secret: true },
  ),
  token: setting(
    secretText(/^[A-Za-z0-9]{30}$/, "is not an application's token; write its 30 letters and digits"),
    "Token of the sending application.",
    { secret: true },
  ),
  ...httpAuth,
  ...common("pushover_configs"),
});

const victorops = group({
  apiKey: setting(
    key("is not an API key; write the one of the Prometheus integration"),
    "Key of the Prometheus integration of Splunk On-Call (formerly VictorOps).",
    { secret: true },
  ),
  routingKey: setting(
    text(/^[^\s\p{Cc}{}]+$/u, "is not a routing key; write one such as everybody"),
    "Routing key: selects the team.",
    { example: "database", placeholder: "a routing key of yours" },
  ),
  apiUrl: setting(
    httpUrl().default("https://alert.victorops.com/integrations/generic/20131114/alert/"),
    "URL of the API.",
  ),
  ...httpAuth,
  ...common("victorops_configs"),
});

const NATIVE_CHANNELS =
  "Further channels, in Alertmanager's syntax: other kinds, and several of one kind. Must not contain secrets; set those under `alertmanager.secrets`. A receiver that has nothing but `extra: {}` tells nobody.";

const nativeChannels = z.record(
  text(
    /^[a-z0-9]+_configs$/,
    "is not a kind of channel; write one as in Alertmanager's configuration, such as sns_configs",
  ),
  list(
    z.record(z.string(), z.unknown(), {
      error: "is not a group of settings; write keys of Alertmanager's configuration below it",
    }),
    "channels",
  ),
  { error: "is not a group of channels; write a kind such as sns_configs and a list below it" },
);

export const receiver = group({
  slack: setting(slack.optional(), "A message in Slack."),
  email: setting(email.optional(), "A mail."),
  opsgenie: setting(opsgenie.optional(), "An alert in Opsgenie."),
  pagerduty: setting(pagerduty.optional(), "An incident in PagerDuty."),
  webhook: setting(webhook.optional(), "Alertmanager's own JSON, sent to a program of yours."),
  telegram: setting(telegram.optional(), "A message in Telegram."),
  discord: setting(discord.optional(), "A message in Discord."),
  msteamsv2: setting(msteamsv2.optional(), "A message in Microsoft Teams, by a workflow (Power Automate)."),
  pushover: setting(pushover.optional(), "A notification by Pushover."),
  victorops: setting(victorops.optional(), "An incident in Splunk On-Call (VictorOps)."),
  extra: setting(nativeChannels.optional(), NATIVE_CHANNELS, {
    example: { webhook_configs: [{ url_file: "/run/secrets/alertmanager.second-hook" }] },
    defaultText: "none",
  }),
}).meta({
  id: "receiver",
  description:
    "A receiver with one or more channels. Required settings are required only within a channel that is set.",
});

/** The name under which routes refer to a receiver. */
export const receiverName = () =>
  text(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/,
    "is not a receiver's name; write up to 40 letters, digits, -, _ and ., beginning with a letter or digit",
  );

// The channels of receivers for which there are settings: native key -> setting. What has none goes to the channel's `extra`.
import type { IntegrationKind } from "../components/alertmanager/receivers.schema";
import { AUTH, secretOfFile, tls } from "./auth";
import { extra } from "./native";
import { as, asFlag, asText, type Spot, type Table, type Taker, takeAll, unknown } from "./spot";

const secret =
  (setting: string): Taker =>
  (here) =>
    here.secret(setting, here.text);
const secretFile =
  (setting: string): Taker =>
  (here) =>
    secretOfFile(here, setting);

/** A secret, in the file or in one that it names. */
const either = (key: string, setting: string): Table => ({
  [key]: secret(setting),
  [`${key}_file`]: secretFile(setting),
});

/** A secret address of a program that may be on this host. */
const address =
  (setting: string): Taker =>
  (here) =>
    here.secret(setting, here.draft.places.inUrl(here, here.text));

const separated =
  (setting: string, by: RegExp): Taker =>
  (here) =>
    here.put(
      setting,
      here.text.split(by).filter((part) => part !== ""),
    );

const COMMON: Table = {
  send_resolved: asFlag("sendResolved"),
  http_config: (here) => takeAll(here, AUTH, (key) => extra("alertmanager", "http_config")(key)),
};

export interface Channel {
  readonly keys: Table;
  /** Whether Alertmanager tells of resolved alerts unless it is said. */
  readonly resolved: boolean;
  /** Without these, or files with them, the settings cannot express a channel. */
  readonly needs: readonly string[];
}

export const CHANNELS: Readonly<Record<IntegrationKind, Channel>> = {
  slack: {
    keys: { ...either("api_url", "apiUrl"), channel: asText("channel") },
    resolved: false,
    needs: ["api_url"],
  },
  email: {
    keys: {
      to: separated("to", /\s*[,;]\s*/),
      from: asText("from"),
      smarthost: asText("smarthost"),
      auth_username: asText("authUsername"),
      ...either("auth_password", "authPassword"),
      require_tls: asFlag("requireTls"),
      tls_config: (here) => tls(here, "tls"),
    },
    resolved: false,
    needs: [],
  },
  opsgenie: {
    keys: {
      ...either("api_key", "apiKey"),
      api_url: asText("apiUrl"),
      priority: asText("priority"),
      tags: separated("tags", /\s*,\s*/),
    },
    resolved: true,
    needs: ["api_key"],
  },
  pagerduty: {
    keys: { ...either("routing_key", "routingKey"), url: asText("url") },
    resolved: true,
    needs: ["routing_key"],
  },
  webhook: {
    keys: { url: address("url"), url_file: secretFile("url"), max_alerts: as("maxAlerts") },
    resolved: true,
    needs: ["url"],
  },
  telegram: {
    keys: {
      ...either("bot_token", "botToken"),
      chat_id: as("chatId"),
      api_url: asText("apiUrl"),
      disable_notifications: asFlag("disableNotifications"),
    },
    resolved: true,
    needs: ["bot_token"],
  },
  discord: { keys: either("webhook_url", "webhookUrl"), resolved: true, needs: ["webhook_url"] },
  msteamsv2: { keys: either("webhook_url", "webhookUrl"), resolved: true, needs: ["webhook_url"] },
  pushover: {
    keys: { ...either("user_key", "userKey"), ...either("token", "token") },
    resolved: true,
    needs: ["user_key", "token"],
  },
  victorops: {
    keys: { ...either("api_key", "apiKey"), routing_key: asText("routingKey"), api_url: asText("apiUrl") },
    resolved: true,
    needs: ["api_key"],
  },
};

/** Takes a channel as its kind's settings, if it has what those need. */
export function channel(here: Spot, kind: IntegrationKind): boolean {
  const { keys, resolved, needs } = CHANNELS[kind];
  if (!needs.every((key) => here.has(key) || here.has(`${key}_file`))) return false;
  const withHttp = kind === "email" ? { ...COMMON, http_config: unknown } : COMMON;
  if (!resolved) here.put("sendResolved", false);
  takeAll(here, { ...withHttp, ...keys }, extra("alertmanager"));
  return true;
}

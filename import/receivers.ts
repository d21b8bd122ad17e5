// Receivers. A channel becomes its kind's settings if they can express it, else it is taken as it is.
import {
  type IntegrationKind,
  integrationKinds,
  receiver,
} from "../components/alertmanager/receivers.schema";
import type { Path } from "../config/problem";
import { isGroup, valueAt } from "../config/walk";
import { channel } from "./channels";
import { withSecrets } from "./draft";
import { native } from "./native";
import type { Source } from "./source";
import type { Spot } from "./spot";
import { standIn } from "./standIn";

/** What channels take from `global` unless they say it: key -> global key, by kind. */
const GLOBALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  slack: { api_url: "slack_api_url", api_url_file: "slack_api_url_file" },
  email: {
    smarthost: "smtp_smarthost",
    from: "smtp_from",
    hello: "smtp_hello",
    auth_username: "smtp_auth_username",
    auth_password: "smtp_auth_password",
    auth_password_file: "smtp_auth_password_file",
    auth_secret: "smtp_auth_secret",
    auth_identity: "smtp_auth_identity",
    require_tls: "smtp_require_tls",
    tls_config: "smtp_tls_config",
  },
  opsgenie: {
    api_key: "opsgenie_api_key",
    api_key_file: "opsgenie_api_key_file",
    api_url: "opsgenie_api_url",
  },
  pagerduty: { url: "pagerduty_url" },
  victorops: {
    api_key: "victorops_api_key",
    api_key_file: "victorops_api_key_file",
    api_url: "victorops_api_url",
  },
  telegram: {
    api_url: "telegram_api_url",
    bot_token: "telegram_bot_token",
    bot_token_file: "telegram_bot_token_file",
  },
  webex: { api_url: "webex_api_url" },
  wechat: { api_url: "wechat_api_url", api_secret: "wechat_api_secret", corp_id: "wechat_api_corp_id" },
  jira: { api_url: "jira_api_url" },
  rocketchat: { api_url: "rocketchat_api_url", token: "rocketchat_token", token_id: "rocketchat_token_id" },
};

/** The same file, in which every channel says what it takes from `global`. */
export function withGlobals(source: Source, root: Path): Source {
  const data = structuredClone(source.data);
  const configuration = valueAt(data, root);
  if (!isGroup(configuration) || !isGroup(configuration.global)) return source;
  const { global, receivers: all } = configuration;
  for (const one of Array.isArray(all) ? all : []) {
    for (const [key, channels] of Object.entries(isGroup(one) ? one : {})) {
      const kind = key.replace(/_configs$/, "");
      if (kind === key || !Array.isArray(channels)) continue;
      for (const each of channels) if (isGroup(each)) fill(each, kind, global);
    }
  }
  return { ...source, data };
}

function fill(
  channel: Record<string, unknown>,
  kind: string,
  global: Readonly<Record<string, unknown>>,
): void {
  for (const [key, from] of Object.entries({
    ...GLOBALS[kind],
    ...(kind === "email" ? {} : { http_config: "http_config" }),
  })) {
    const stem = key.replace(/_file$/, "");
    if (global[from] !== undefined && !(stem in channel) && !(`${stem}_file` in channel))
      channel[key] = global[from];
  }
}

/** The names under which the stack file has the receivers. */
export function receiverNames(spot: Spot): Map<string, string> {
  const names = new Map<string, string>();
  const root = spot.from.slice(
    0,
    spot.from.findIndex((part) => part === "route" || part === "receivers"),
  );
  for (const one of spot.top(root).at("receivers").list) {
    const name = String(isGroup(one) ? one.name : "");
    const stem =
      name
        .replace(/[^A-Za-z0-9_.-]+/g, "-")
        .replace(/^[^A-Za-z0-9]+/, "")
        .slice(0, 36) || "receiver";
    const taken = ["nobody", "dead-mans-switch", ...names.values()];
    let now = stem;
    for (let number = 2; taken.includes(now); number += 1) now = `${stem}-${number}`;
    names.set(name, now);
  }
  return names;
}

export function receivers(here: Spot): void {
  const names = receiverNames(here);
  for (const item of here.items()) {
    const name = String(item.group.name ?? "");
    const now = names.get(name) ?? name;
    if (now !== name)
      item.change(
        "is not a name that a receiver may have here",
        `it is called ${now} now`,
        JSON.stringify(name),
      );
    const to = item.below("receivers", now);
    for (const key of Object.keys(item.group).filter((one) => one !== "name")) channels(to.at(key));
    const taken = valueAt(to.draft.settings, to.to);
    if (!isGroup(taken) || Object.keys(taken).length === 0) to.put("extra", {});
  }
}

function channels(here: Spot): void {
  const kind = integrationKinds.find((one) => here.key === `${one}_configs`);
  here.items().forEach((item, index) => {
    if (index === 0 && kind !== undefined && typed(item.below(kind), kind)) return;
    const list = ["extra", here.key];
    item.next(...list).put([], native(item.below(...list), "alertmanager", ADDRESSES));
  });
}

/** Secret addresses, which no other mark tells. */
const ADDRESSES = /^(slack|webhook|discord|msteams|msteamsv2|mattermost|rocketchat)_configs$/;

/** Whether the settings of its kind can express a channel; if they cannot, nothing is left of the attempt. */
function typed(here: Spot, kind: IntegrationKind): boolean {
  const { draft } = here;
  const before = { left: draft.left.length, changed: draft.changed.length };
  here.put([], {});
  const whole = channel(here, kind);
  const given = valueAt(withSecrets(draft, standIn), here.to);
  if (whole && receiver.safeParse({ [kind]: given }).success && !isTemplated(given) && hasWholeLogin(given))
    return true;
  draft.cut(here.to);
  draft.left.splice(before.left);
  draft.changed.splice(before.changed);
  return false;
}

/** Alertmanager fills in templates in most keys, settings are as they are. */
function isTemplated(given: unknown): boolean {
  return (
    isGroup(given) &&
    Object.entries(given).some(([key, value]) => key !== "extra" && String(value).includes("{{"))
  );
}

/** Mail needs both of a user and a password, or neither. */
function hasWholeLogin(given: unknown): boolean {
  return !isGroup(given) || (given.authUsername === undefined) === (given.authPassword === undefined);
}

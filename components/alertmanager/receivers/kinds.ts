// All kinds of receiver channels that have settings. A new one is a file beside this one and its line here.
import { z } from "zod";
import { flag, setting } from "../../../config/schema/words";
import { discord } from "./discord";
import { email } from "./email";
import type { Kind, Native } from "./kind";
import { mattermost } from "./mattermost";
import { msteamsv2 } from "./msteamsv2";
import { opsgenie } from "./opsgenie";
import { pagerduty } from "./pagerduty";
import { pushover } from "./pushover";
import { rocketchat } from "./rocketchat";
import { slack } from "./slack";
import { sns } from "./sns";
import { telegram } from "./telegram";
import { victorops } from "./victorops";
import { webex } from "./webex";
import { webhook } from "./webhook";

/** By name, in the order in which people read them: Alertmanager's list of a kind is its name and `_configs`. */
const KINDS = {
  slack,
  email,
  opsgenie,
  pagerduty,
  webhook,
  telegram,
  discord,
  msteamsv2,
  pushover,
  victorops,
  mattermost,
  rocketchat,
  webex,
  sns,
} as const;

type Kinds = typeof KINDS;
export type KindName = keyof Kinds;
export const kindNames = Object.keys(KINDS) as KindName[];

/** For what treats all of them alike; the list itself knows their types. */
export const kindOf = (name: KindName): Kind => KINDS[name] as unknown as Kind;

const PROXIED = { http_config: { proxy_url: "http://proxy.my-company.net:3128" } };

const common = (list: string, example: Native) => ({
  sendResolved: setting(flag().default(true), "Whether to notify about resolved alerts."),
  extra: setting(
    z
      .record(z.string(), z.unknown(), {
        error: "is not a group of settings; write keys of Alertmanager's configuration below it",
      })
      .default({}),
    `Further options of Alertmanager's \`${list}\`, in Alertmanager's syntax, merged verbatim. Must not contain secrets: set authentication beside it, other secrets under \`alertmanager.secrets\`.`,
    { example },
  ),
});

type Channel<Settings> = Settings extends z.ZodRawShape
  ? z.ZodOptional<z.ZodObject<Settings & ReturnType<typeof common>, z.core.$strict>>
  : never;
type Channels = { [Name in KindName]: Channel<Kinds[Name]["settings"]> };

/** The settings of a receiver's channels, by kind. */
export const channels = Object.fromEntries(
  kindNames.map((name) => {
    const { description, settings, extra = PROXIED } = kindOf(name);
    const channel = z.strictObject(
      { ...settings, ...common(`${name}_configs`, extra) },
      { error: "is not a group of settings; write one setting a line below it" },
    );
    return [name, setting(channel.optional(), description)];
  }),
) as unknown as Channels;

/** Kinds without settings whose address says nothing that is secret. */
const OPEN = ["wechat", "jira"];
/** Settings that may be the address of a webhook, by key. */
const ADDRESSES = { url: "url", api_url: "apiUrl", webhook_url: "webhookUrl" } as const;

/** The keys in Alertmanager's list of a kind (`slack_configs`) that hold a secret address, which nothing else tells. */
export function secretAddresses(list: string): string[] {
  const name = list.replace(/_configs$/, "");
  const known = kindNames.find((one) => one === name);
  return Object.entries(ADDRESSES).flatMap(([key, address]) => {
    const secret = known === undefined ? !OPEN.includes(name) : address in kindOf(known).secrets;
    return secret ? [key] : [];
  });
}

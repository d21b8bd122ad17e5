// The channels of receivers for which there are settings. What has none goes to the channel's `extra`.
import { z } from "zod";
import { type KindName, kindOf } from "../components/alertmanager/receivers/kinds";
import { httpAuth } from "../config/schema/auth";
import { core } from "../config/walk";
import { AUTH, secretOfFile, tls } from "./auth";
import { extra } from "./native";
import { as, asFlag, asText, type Spot, type Table, type Taker, takeAll, unknown } from "./spot";

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

/** Keys that are no setting's name in Alertmanager's spelling, or are written in another way. */
const OTHERS: Readonly<Partial<Record<KindName, Table>>> = {
  email: {
    to: separated("to", /\s*[,;]\s*/),
    tls_config: (here) => tls(here, "tls"),
    http_config: unknown,
  },
  webhook: { url: address("url") },
  sns: {
    sigv4: (here) =>
      takeAll(
        here,
        {
          region: asText("region"),
          access_key: asText("accessKey"),
          secret_key: (key) => key.secret("secretKey", key.text),
          role_arn: asText("roleArn"),
        },
        extra("alertmanager", "sigv4"),
      ),
    http_config: extra("alertmanager"),
  },
};

/** Takes a channel as its kind's settings. */
export function channel(here: Spot, kind: KindName): void {
  const { settings, tellsOfResolved } = kindOf(kind);
  const own = Object.entries(settings).filter(([setting]) => !(setting in httpAuth));
  const tables = own.map(([setting, schema]) => takers(setting, schema as z.ZodType));
  if (!tellsOfResolved) here.put("sendResolved", false);
  takeAll(here, Object.assign({}, ...tables, COMMON, OTHERS[kind]), extra("alertmanager"));
}

/** Alertmanager's keys for a setting. */
function takers(setting: string, schema: z.ZodType): Table {
  const key = setting.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const { schema: inner, secret } = core(schema);
  if (secret)
    return {
      [key]: (here) => here.secret(setting, here.text),
      [`${key}_file`]: (here) => secretOfFile(here, setting),
    };
  if (inner instanceof z.ZodBoolean) return { [key]: asFlag(setting) };
  if (inner instanceof z.ZodNumber) return { [key]: as(setting) };
  return { [key]: inner instanceof z.ZodArray ? separated(setting, /\s*,\s*/) : asText(setting) };
}

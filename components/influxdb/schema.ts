// InfluxDB 1.x: databases with their retention; its users are made and kept by Podwatch.
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  data,
  delay,
  duration,
  flag,
  group,
  secretText,
  setting,
  text,
  type WithSecrets,
} from "../../config/schema/words";
import versions from "../../versions.json";

const password = () =>
  secretText(
    /^[\x21-\x7e]{12,128}$/,
    "is not a password for InfluxDB; write 12 characters or more of ASCII without blanks, or remove the setting to have one generated",
  ).optional();

const name = (of: string) =>
  text(
    /^(?!_)[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    `is not the name of ${of}; write letters, digits and . _ -, not beginning with _`,
  );

const database = group({
  retention: setting(
    delay().default("30d"),
    "How long data are kept: 1h or more, or `0s` for ever. Shortened, it deletes what is older.",
  ),
  policy: setting(
    name("a retention policy").default("autogen"),
    "Name of the database's default retention policy, the one that `retention` is for.",
  ),
}).meta({ id: "influxdbDatabase", description: "A database of InfluxDB." });

export const influxdb = group({
  enabled: setting(flag().optional(), "Whether InfluxDB is deployed.", {
    example: true,
    defaultText: "`true` once there are databases",
  }),
  databases: setting(
    z
      .record(name("a database"), database, {
        error: "is not a group of databases; write one `name:` a line and its settings below it",
      })
      .default({}),
    "Databases, each under its name. Grafana reads all of them, and a Telegraf of the stack writes to one. One that is no longer listed stays, with its data; nobody has access to it any more but the administrator.",
    { example: { apimon: { retention: "90d" } } },
  ),
  adminUser: setting(
    text(
      /^(?!(?:telegraf|grafana)$)[A-Za-z0-9_.-]{1,64}$/,
      "is not a name for the administrator; write letters, digits and . _ -, and neither telegraf nor grafana, which are users of their own",
    ).default("admin"),
    "Name of the administrator.",
  ),
  adminPassword: setting(password(), "Password of the administrator, at least 12 characters.", {
    secret: true,
    defaultText: "generated; `pulumi stack output --show-secrets` shows it",
  }),
  writePassword: setting(
    password(),
    "Password of the user `telegraf`, who may write to all databases listed here, and do nothing else. Of use if programs outside of the stack write, too.",
    { secret: true, defaultText: "generated, and known to the Telegrafs of the stack only" },
  ),
  logQueriesAfter: setting(
    duration().default("10s"),
    "A query that takes longer than this is logged, with its text.",
  ),
  ...additions("influxdb", "arguments"),
  quadlet: quadletSetting(),
  data: data("all databases"),
  image: image(versions.images.influxdb, "InfluxDB, of version 1"),
}).meta({
  id: "influxdb",
  description:
    "InfluxDB 1.x: stores series that are sent to it. [docs/influxdb.md](influxdb.md) describes it.",
});

/** Passwords of its users, known once the stack is wired. */
export interface InfluxdbPasswords<Secret> {
  readonly admin: Secret;
  readonly telegraf: Secret;
  readonly grafana: Secret;
}

export type InfluxdbSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof influxdb>, "enabled" | "adminPassword" | "writePassword">,
  Secret
> & {
  readonly enabled: boolean;
  readonly adminPassword?: Secret;
  readonly writePassword?: Secret;
  readonly passwords?: InfluxdbPasswords<Secret>;
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly influxdb: InfluxdbSettings<Secret>;
  }
}

// Telegraf: takes series by statsd and in the line protocol, hands them to InfluxDB and Prometheus.
import type { z } from "zod";
import { additions } from "../../config/schema/additions";
import { certificates } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  addressRange,
  type DeepReadonly,
  data,
  duration,
  flag,
  group,
  httpUrl,
  ipAddress,
  list,
  numeric,
  port,
  secretText,
  setting,
  text,
  type WithSecrets,
} from "../../config/schema/words";
import versions from "../../versions.json";

const databaseName = () =>
  text(
    /^(?!_)[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    "is not the name of a database; write letters, digits and . _ -, not beginning with _",
  );

const listen = group({
  bind: setting(ipAddress().default("0.0.0.0"), "Address of the host that both ports listen on."),
  statsd: setting(port().default(8125), "Port for statsd, which is UDP."),
  lines: setting(port().default(8186), "Port for lines of InfluxDB's protocol by HTTP, which is TCP."),
  allowFrom: setting(
    list(addressRange(), "addresses").min(1, { error: "is empty; write at least one address" }),
    "Who may send, by the host's firewall: neither port wants a log-in, and UDP tells nobody's true address.",
    { example: ["10.1.2.0/24"], placeholder: "the addresses of those who send" },
  ),
}).meta({
  id: "telegrafListen",
  description: "Ports of the host for programs that are not in its containers.",
});

const output = group({
  url: setting(httpUrl(), "Its URL, with the sub-path if it has one.", {
    example: "https://influxdb.my-company.net:8086",
    placeholder: "the address of that InfluxDB",
  }),
  username: setting(
    text(/^[^\p{Cc}:]{1,64}$/u, "is not a user name; write the one to log in as, without a colon"),
    "A user there who may write to the database.",
    { example: "telegraf" },
  ),
  password: setting(
    secretText(/^[\x21-\x7e]{1,128}$/, "is not a password; write it as it is there, on one line"),
    "The password.",
    { secret: true, placeholder: "the password there" },
  ),
  ca: setting(
    certificates("a certificate").optional(),
    "Trusted CA certificates, instead of the image's: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the CAs that the image trusts" },
  ),
}).meta({ id: "telegrafInfluxdb", description: "An InfluxDB 1.x outside of the stack." });

export const telegraf = group({
  enabled: setting(flag().default(false), "Whether Telegraf is deployed."),
  listen: setting(
    listen.optional(),
    "Ports of the host. Without it, only containers of the host send: to `podwatch-telegraf`, 8125 (UDP) and 8186.",
  ),
  templates: setting(
    list(
      text(/^[^\p{Cc}]{1,500}$/u, "is not a template; write a filter, a blank and a pattern"),
      "templates",
    ).default(["openstack.api.* measurement.measurement.service.method.resource.status"]),
    "How names of statsd become measurements and tags, in Telegraf's syntax.",
    { example: ["app.* measurement.instance.field"] },
  ),
  percentiles: setting(
    list(
      numeric(
        (value) => value > 0 && value <= 100,
        "is not a percentile; write a number up to 100, such as 99.9",
      ),
      "numbers",
    ).default([50, 90, 99]),
    "Percentiles of timings that come by statsd.",
  ),
  interval: setting(duration().default("5s"), "How often what came by statsd is summed up."),
  flushInterval: setting(duration().default("1s"), "How often everything is handed on."),
  database: setting(databaseName().optional(), "Database of InfluxDB.", {
    example: "apimon",
    defaultText: "the only one, or the first, of the InfluxDB that it writes to",
  }),
  influxdb: setting(
    output.optional(),
    "An InfluxDB outside of the stack, instead of the nearest of the stack.",
  ),
  ...additions("telegraf", "arguments"),
  quadlet: quadletSetting(),
  data: data("what InfluxDB has not got yet"),
  image: image(versions.images.telegraf, "Telegraf"),
}).meta({
  id: "telegraf",
  description:
    "Telegraf: takes series by statsd and in InfluxDB's line protocol, and hands them to InfluxDB and Prometheus. [docs/influxdb.md](influxdb.md#telegraf) describes it.",
});

export type TelegrafSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof telegraf>, "listen">,
  Secret
> & {
  /** With the address at which other hosts reach it. */
  readonly listen?: DeepReadonly<z.output<typeof listen>> & { readonly address: string };
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly telegraf: TelegrafSettings<Secret>;
  }
}

// The blackbox exporter: probes services from outside, as their users do.
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { httpAuth } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  type DeepReadonly,
  duration,
  flag,
  group,
  labels,
  list,
  setting,
  text,
  type WithSecrets,
} from "../../config/schema/words";
import versions from "../../versions.json";

/** The built-in modules, named after what they probe. */
export const builtInModules = {
  http: { prober: "http", http: { preferred_ip_protocol: "ip4" } },
  tcp: { prober: "tcp", tcp: { preferred_ip_protocol: "ip4" } },
  tls: { prober: "tcp", tcp: { preferred_ip_protocol: "ip4", tls: true } },
  icmp: { prober: "icmp", icmp: { preferred_ip_protocol: "ip4" } },
  dns: {
    prober: "dns",
    // Every resolver knows the name servers of the root zone.
    dns: { preferred_ip_protocol: "ip4", query_name: ".", query_type: "NS" },
  },
} as const;

const moduleName = () =>
  text(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    "is not the name of a module; write up to 64 letters, digits, _, - and ., beginning with a letter or digit",
  );

export const probeTarget = group({
  name: setting(
    text(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      "is not the name of a target; write up to 64 letters, digits, _, - and ., beginning with a letter or digit",
    ),
    "Name of the target, the label `instance` of its series. Unique.",
    { example: "shop" },
  ),
  module: setting(
    moduleName().default("http"),
    "How it is probed: `http` (responds with a status of 2xx), `tcp` (accepts a connection), `tls` (accepts a TLS connection with a trusted certificate), `icmp` (answers a ping; with `become: false` the host's `net.ipv4.ping_group_range` has to include the user's group, which is checked before anything is changed), `dns` (answers a query), or your own module.",
    { example: "tls" },
  ),
  target: setting(
    text(
      /^[^\s\p{Cc}]{1,2048}$/u,
      "is not a target; write a URL for http, host:port for tcp and tls, an address for icmp, an address or host:port for dns",
    ),
    "What is probed: a URL for `http`, host:port for `tcp` and `tls`, an address for `icmp`, an address or host:port for `dns`. It is seen from inside the container network.",
    { example: "https://shop.my-company.net/health" },
  ),
  interval: setting(duration().optional(), "How often it is probed.", {
    example: "1m",
    defaultText: "`prometheus.scrapeInterval`",
  }),
  labels: setting(labels().default({}), "Labels added to the series of this target.", {
    example: { team: "core" },
  }),
}).meta({ id: "probeTarget", description: "What the blackbox exporter probes." });

const probeModule = z
  .looseObject(httpAuth, {
    error: "is not a module; write `prober` and its options below it, in the blackbox exporter's syntax",
  })
  .meta({
    id: "probeModule",
    description:
      "A probe module: `prober` and its options in the blackbox exporter's syntax, and authentication at the target. Probers other than `http` accept only `tls`.",
  });

export const blackboxExporter = group({
  enabled: setting(flag().optional(), "Whether the blackbox exporter is deployed.", {
    defaultText: "`true` if there are targets",
  }),
  targets: setting(list(probeTarget, "targets").default([]), "What is probed."),
  modules: setting(
    z
      .record(moduleName(), probeModule, {
        error: "is not a group of modules; write one `name:` a line and the module's settings below it",
      })
      .default({}),
    "Your own modules, in the blackbox exporter's syntax, in addition to the built-in `http`, `tcp`, `tls`, `icmp` and `dns` or replacing one of them. The exporter's own check validates them on the host before anything is changed. Set authentication in the module, other secrets under `secrets`.",
    {
      example: {
        login: {
          prober: "http",
          http: { valid_status_codes: [200], fail_if_body_not_matches_regexp: ["ok"] },
        },
      },
    },
  ),
  ...additions("blackbox-exporter", "modules"),
  quadlet: quadletSetting(),
  image: image(versions.images["blackbox-exporter"], "the blackbox exporter"),
}).meta({
  id: "blackboxExporter",
  description: "The blackbox exporter: probes services from outside, as their users do.",
});

export type ProbeTarget = DeepReadonly<z.output<typeof probeTarget>>;

/** A target of its own interval has a timeout that fits it. */
export type ResolvedProbeTarget = ProbeTarget & {
  readonly timeout?: string;
  /** The module that the exporter is asked for, if that is another one. */
  readonly asked?: string;
};

/** Fully resolved; includes the built-in modules. */
export type BlackboxExporterSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof blackboxExporter>, "enabled" | "targets"> & { enabled: boolean },
  Secret
> & { readonly targets: readonly ResolvedProbeTarget[] };

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly blackboxExporter: BlackboxExporterSettings<Secret>;
  }
}

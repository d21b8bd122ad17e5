// The topology of a region: its services, from a topology database and the stack file.
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { bearerToken, certificateKey, certificates } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  address,
  choice,
  data,
  duration,
  flag,
  group,
  httpUrl,
  list,
  port,
  setting,
  text,
  urlOf,
  type WithSecrets,
} from "../../config/schema/words";
import versions from "../../versions.json";
import { name, serviceType } from "./service.schema";

const pagePath = () =>
  text(
    /^\/[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]{0,512}$/,
    "is not a path; write one that begins with a slash, such as /health",
  );

const probe = group({
  module: setting(
    text(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      "is not the name of a module; write http, tcp, tls, icmp",
    ).default("http"),
    "Module of the blackbox exporter: a built-in one, or one of `blackboxExporter.modules`.",
    { example: "tls" },
  ),
  port: setting(port().optional(), "Port that is probed. A module for tcp needs it.", {
    example: 443,
    defaultText: "for http, that of the URL",
  }),
  scheme: setting(choice(["https", "http"]).optional(), "For http with `port` or `path`: how it is asked.", {
    example: "http",
    defaultText: "`https`",
  }),
  path: setting(pagePath().optional(), "For http: the page that is asked for, instead of the URLs.", {
    example: "/health",
    defaultText: "each URL that the service has in the database",
  }),
}).meta({ id: "serviceProbe", description: "How the blackbox exporter probes services of a type." });

const scrape = group({
  port: setting(port(), "Port of the metrics.", { example: 9100 }),
  path: setting(pagePath().default("/metrics"), "Path of the metrics."),
  scheme: setting(choice(["http", "https"]).default("http"), "How they are asked for."),
}).meta({ id: "serviceScrape", description: "How Prometheus scrapes services of a type." });

export const watchedType = group({
  probe: setting(probe.optional(), "How the blackbox exporter probes them.", { defaultText: "not" }),
  scrape: setting(scrape.optional(), "How Prometheus scrapes them.", { defaultText: "not" }),
}).meta({ id: "watchedType", description: "How services of a type are watched." });

export const regionalService = group({
  site: setting(name("a site"), "Site that it belongs to.", { example: "ZA-UCT-ICTS" }),
  serviceType: setting(serviceType(), "Its type, an entry of `topology.serviceTypes`.", {
    example: "webdav",
  }),
  host: setting(address(), "Host that it runs on.", { example: "se1.my-region.net" }),
  urls: setting(list(httpUrl(), "URLs").default([]), "What http probes ask for.", {
    example: ["https://se1.my-region.net:8443/"],
  }),
  roc: setting(name("a region").optional(), "Region that it is in.", {
    example: "AfricaArabia",
    defaultText: "`query.roc`",
  }),
  country: setting(
    text(/^[A-Z]{2}$/, "is not a country; write its two letters, such as ZA").optional(),
    "Code of its country.",
    { example: "ZA" },
  ),
  scopes: setting(list(name("a scope"), "scopes").default([]), "Scopes that it has.", {
    example: ["experimental"],
  }),
}).meta({ id: "regionalService", description: "A service in the region that is not in the database." });

const contacts = group({
  certificate: setting(
    certificates("a certificate").optional(),
    "Client certificate that the database knows, with its chain: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/robot.pem" },
  ),
  ...certificateKey("~/.globus/robotkey.pem"),
  bearerToken: bearerToken(),
  roles: setting(
    list(
      text(
        /^[^\p{Cc}]{1,128}$/u,
        "is not a role; write it as the database shows it, such as Site Administrator",
      ),
      "roles",
    ).default(["Site Operations Manager", "Site Operations Deputy Manager", "Site Administrator"]),
    "Roles at a site whose holders get mail.",
    { example: ["Site Operations Manager"] },
  ),
  receiver: setting(
    text(/^[^\p{Cc}]+$/u, "is not a receiver; write the name of one of alertmanager.receivers").optional(),
    "Receiver of Alertmanager with `email`, whose mail server, sender and log-in are used.",
    { example: "ops", defaultText: "the receiver of alerts that match no route" },
  ),
  continue: setting(
    flag().default(false),
    "Whether alerts that go to a site's contacts also go where they would go without them.",
  ),
}).meta({
  id: "siteContacts",
  description:
    "Alerts about services of a site are mailed to its contacts in the database, which wants a log-in: a client certificate or a token.",
});

const isDatabase = (value: string) =>
  /^https:\/\/[^/?#@\s"'{};\\]+(\/[^?#\s"'{};\\]*)?$/.test(value) && urlOf(value) !== undefined;

export const topology = group({
  enabled: setting(flag().optional(), "Whether the topology is deployed.", {
    defaultText: "`true` once `url` or `services` is set",
  }),
  url: setting(
    text(
      isDatabase,
      "is not a URL of a database; write https, the host and the path of its interface, such as https://goc.egi.eu/gocdbpi",
    ).optional(),
    "URL of the database's programmatic interface (GOCDB), without `/public`.",
    { example: "https://goc.egi.eu/gocdbpi", defaultText: "no database" },
  ),
  ca: setting(
    certificates("a certificate").optional(),
    "Trusted CA certificates of the database, instead of the system's: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the CAs that the image trusts" },
  ),
  insecure: setting(
    flag().default(false),
    "Whether to accept any certificate of the database. A man in the middle can then say what is watched.",
  ),
  query: setting(
    group({
      roc: setting(name("a region").optional(), "Region that is asked for (ROC or NGI).", {
        example: "AfricaArabia",
        defaultText: "any",
      }),
      sites: setting(list(name("a site"), "sites").default([]), "Sites whose services are asked for.", {
        example: ["ZA-UCT-ICTS"],
        defaultText: "all",
      }),
      scopes: setting(list(name("a scope"), "scopes").default([]), "Scopes that a service has to have.", {
        example: ["EGI"],
        defaultText: "the database's own, which is `EGI` at EGI",
      }),
      scopeMatch: setting(
        choice(["all", "any"]).default("all"),
        "Whether a service has to have all of `scopes`, or any of them.",
      ),
      serviceTypes: setting(
        list(serviceType(), "types").default([]),
        "Types of services that are asked for.",
        {
          example: ["webdav"],
          defaultText: "all",
        },
      ),
      monitored: setting(flag().default(true), "Whether only services that are marked as monitored count."),
      production: setting(
        flag().default(true),
        "Whether only services in production are targets. The others are in the topology all the same.",
      ),
    }).prefault({}),
    "Which services of the database are the region's.",
  ),
  interval: setting(
    duration().default("5m"),
    "Within this time a change in the database is a change of the targets. At least 20s.",
  ),
  serviceTypes: setting(
    z
      .record(serviceType(), watchedType, {
        error: "is not a group of types; write one `type:` a line and how it is watched below it",
      })
      .default({}),
    "How services are watched, by their type. Services of other types are in the topology, and no targets.",
    { example: { webdav: { probe: { module: "http" } } } },
  ),
  services: setting(
    list(regionalService, "services").default([]),
    "Services in the region that are not in the database. What is in both is as the database has it.",
  ),
  contacts: setting(contacts.optional(), "Mail to the contacts of sites about their own alerts.", {
    defaultText: "nobody at the sites is told",
  }),
  data: data("the last topology"),
  ...additions("topology", "arguments"),
  quadlet: quadletSetting(),
  image: image(versions.images.nginx, "the topology, NGINX with njs"),
}).meta({
  id: "topology",
  description:
    "The topology of a region: the services that a topology database (GOCDB) and the stack file name become targets by themselves, and declared downtimes keep their alerts back.",
});

/** Fully resolved. */
export type TopologySettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof topology>, "enabled">,
  Secret
> & { readonly enabled: boolean };

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly topology: TopologySettings<Secret>;
  }
}

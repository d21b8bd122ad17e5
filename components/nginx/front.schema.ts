// NGINX, the only service that is published.
import { isIP } from "node:net";
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import { reason } from "../../config/schema/reason";
import {
  choice,
  delay,
  duration,
  group,
  ipAddress,
  isAddress,
  list,
  port,
  publicUrl,
  setting,
  text,
  type WithSecrets,
} from "../../config/schema/words";
import { inRange } from "../../lib/address";
import { inSeconds } from "../../lib/duration";
import type { MachineTokens } from "../../lib/machineLogIns";
import versions from "../../versions.json";
import { acme } from "./acme.schema";
import { frontAuth } from "./auth.schema";
import { frontFiles } from "./files.schema";

/** For addresses without an interface. */
const bindAddress = () =>
  ipAddress().refine(
    (value) => isIP(value) === 0 || !["fe80::/10", "::ffff:0:0/96"].some((range) => inRange(value, range)),
    {
      error:
        "is a link-local or IPv4-mapped IPv6 address, which cannot be used here; write 127.0.0.1, 0.0.0.0, :: or another address of the host",
    },
  );

/** A name, an address, or all names below one. */
const serverName = text(
  (value) => isAddress(value.replace(/^\*\./, "")) && !(value.startsWith("*.") && isIP(value.slice(2)) !== 0),
  "is not a name of this kind; write a DNS name, an address, or *. and a domain for all names below it, without port or protocol",
);

/** As long as programs of Apple accept a certificate, RFC 5280 knows no limit. */
const LONGEST_DAYS = 825;

/** In seconds. */
const DAY = 86_400;

const lifetime = () =>
  duration().refine((value) => inSeconds(value) >= DAY && inSeconds(value) <= LONGEST_DAYS * DAY, {
    error: `is not a lifetime of a certificate; write one from 1d to ${LONGEST_DAYS}d`,
  });

export const USUAL_LIFETIME = "365d";

const ownCa = group({
  lifetime: setting(
    lifetime().default(USUAL_LIFETIME),
    "How long a certificate of the front is valid. Any `pulumi up` in the last third of it makes a new one.",
    { example: "90d" },
  ),
}).meta({ id: "ownCa", description: "A certificate authority of the stack's own." });

const NO_TLS = "is neither false nor a group; write ownCa: {} below it, or false for clear text";

export const frontTls = group(
  {
    ownCa: setting(
      ownCa.optional(),
      "A certificate authority of the stack's own signs a certificate for each host, for the names and addresses that the front accepts. Its certificate, which browsers have to trust, is the stack's output `authority`.",
    ),
    files: setting(
      frontFiles.optional(),
      "A certificate and its private key from elsewhere, instead of `ownCa`.",
    ),
    acme: setting(
      acme.optional(),
      "A certificate that the host gets for itself from a CA, such as Let's Encrypt, and renews, instead of `ownCa`. Until the first is there, the stack's own authority signs one.",
    ),
    hsts: setting(
      delay().default("0s"),
      "How long browsers that have been here insist on HTTPS for this name, on any port (`Strict-Transport-Security`). `0s` sends no such header.",
      { example: "365d" },
    ),
  },
  NO_TLS,
).meta({
  id: "frontTls",
  description: "Encryption of the front: TLS 1.2 and 1.3, HTTP/2. [TLS](front.md) describes it.",
});

export const front = group({
  bind: setting(
    bindAddress().default("127.0.0.1"),
    "Address of the host that NGINX listens on. The default is reachable only from the host itself (or through `ssh -L`). `0.0.0.0` opens it to everybody who can reach the host over IPv4 (with `become: false` over IPv6 too, since podman does not distinguish them), `::` over both. With `become: true` an IPv6 address gives the container network IPv6 (`network.subnet6`). An address that the host does not have is refused before anything is changed there.",
    { example: "0.0.0.0" },
  ),
  port: setting(port().optional(), "Port that NGINX listens on. Below 1024 only with `become: true`.", {
    example: 8080,
    defaultText: "`443` with `tls`, else `80`; with `become: false` `8443` and `8080`",
  }),
  httpPort: setting(
    port().optional(),
    "Further port, at the same address, that speaks HTTP with an encrypted front: everybody is sent to the same page at the port of `publicUrl`, encrypted.",
    { example: 80, defaultText: "none" },
  ),
  statusPort: setting(
    port().optional(),
    "Further port, at the same address, that shows the front's own status: which path leads to which service, whether each answers, and NGINX's counters, as a page and as JSON (`/status.json`). Encryption, names, log-ins and firewall are those of the front, and any log-in will do; nothing can be changed there.",
    { example: 8080, defaultText: "none" },
  ),
  tls: setting(
    z
      .union([z.literal(false), frontTls], {
        error: NO_TLS,
      })
      .optional(),
    "How the front is encrypted, or `false` for clear text.",
    {
      example: { ownCa: { lifetime: "90d" } },
      defaultText: "`ownCa: {}` as soon as `bind` is not a loopback address, else `false`",
    },
  ),
  publicUrl: setting(
    publicUrl().optional(),
    "URL by which users reach the front: protocol, host and optional port. Grafana and Prometheus build their links from it.",
    {
      example: "https://monitor.example.net",
      defaultText:
        "`http://localhost`, or the address NGINX listens on; `https` with `tls`; with the port if it is not the usual one",
    },
  ),
  serverNames: setting(
    list(serverName, "names or addresses").default([]),
    "Further names and addresses by which people reach the front. Always accepted, with any port, are those of `publicUrl`, `bind`, the host's `address` and loopback (`localhost`, `127.0.0.1`, `[::1]`), and with `bind` `0.0.0.0` or `::` every address. Requests for another name, or from a page of another origin, are refused: they may come from a web page that is open in the same browser as a tunnel.",
    { example: ["monitor.my-company.net", "*.lan"] },
  ),
  root: setting(
    choice(["start", "prometheus"]).default("start"),
    "What the address of the front itself shows. `prometheus`: Prometheus, and addresses of a Prometheus that was there before, such as `/targets`, `/graph?...` and `/api/v1/query?...`, lead on to the same page below `/prometheus/`; the start page is at `/start`.",
  ),
  auth: setting(frontAuth.optional(), "Who may use the front. Grafana keeps its own log-in.", {
    example: { users: { alice: { access: "write" } } },
    defaultText: "everybody who reaches it",
  }),
  insecure: setting(
    reason().optional(),
    "Why the front may be open to other hosts (`bind`) without TLS or without a log-in, which is refused otherwise. A front that shows only Grafana, which has a log-in of its own, needs no `auth`.",
    {
      example: "only the laboratory's own network reaches it, which a firewall closes",
      defaultText: "it may not",
      placeholder: "your reason",
    },
  ),
  snippet: setting(
    z.string({ error: "is not a text for nginx.conf; write NGINX directives such as a location" }).optional(),
    "Your own locations for the `server` block of `nginx.conf`. They follow the built-in locations and may not hide them; `nginx -t` checks them on the host before anything is changed. Must not contain secrets: put a directive with a secret under `front.secrets`, and `include` its file here.",
    { example: "location /docs/ { proxy_pass http://10.1.2.3:8000; }", lines: true },
  ),
  ...additions("nginx", "the snippet"),
  quadlet: quadletSetting(),
  image: image(versions.images.nginx, "NGINX"),
}).meta({ id: "front", description: "NGINX, the front: everything else is reached through it." });

/** Encryption as it will be: in one of the ways. */
export type FrontTls = z.output<typeof frontTls>;

/** Fully resolved: defaults are filled in; `serverNames` has all names of the front. */
export type FrontSettings<Secret = unknown> = WithSecrets<
  Omit<z.output<typeof front>, "tls"> & { port: number; publicUrl: string; tls: false | FrontTls },
  Secret
> & {
  /** Those of other hosts' services, if there are any and the front wants log-ins. */
  readonly machines?: MachineTokens<Secret>;
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly front: FrontSettings<Secret>;
  }
}

// A certificate of the front that its host gets for itself (RFC 8555).
import { z } from "zod";
import { certificates } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import {
  delay,
  flag,
  group,
  httpUrl,
  isAddress,
  list,
  secretText,
  setting,
  text,
} from "../../config/schema/words";
import versions from "../../versions.json";

const variable = () =>
  text(/^[A-Z][A-Z0-9_]{0,63}$/, "is not a variable of lego's; write one such as CLOUDFLARE_DNS_API_TOKEN");

const line = (what: string) => text(/^[\x20-\x7e]+$/, `is not ${what}; write it in one line of ASCII`);

/** A name server, with its port if that is not 53. */
const nameServer = () =>
  text((value) => {
    const { host, port } =
      /^(?<host>\[[^\]]+\]|[^:]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*)(?::(?<port>\d{1,5}))?$/.exec(value)?.groups ??
      {};
    return host !== undefined && isAddress(host.replace(/^\[(.*)\]$/, "$1")) && Number(port ?? 53) < 65536;
  }, "is not a name server; write its name or address, with a port if that is not 53: 10.0.0.53 or [fd00::53]:5353");

const dns = group({
  provider: setting(
    text(/^[a-z0-9-]{1,40}$/, "is not a provider; write one of lego's, https://go-acme.github.io/lego/dns/"),
    "Who serves the domain's DNS, by lego's name for it.",
    { example: "cloudflare" },
  ),
  environment: setting(
    z
      .record(variable(), line("a value"), {
        error: "is not a group of variables; write one `NAME: value` a line below it",
      })
      .default({}),
    "The provider's variables that are no secrets.",
    { example: { AWS_REGION: "eu-central-1" } },
  ),
  secrets: setting(
    z
      .record(
        variable(),
        secretText(
          /^[\x21-\x7e]+$/,
          "is not a secret of this kind; write it as the provider gave it to you",
        ).meta({ secret: true }),
        { error: "is not a group of secrets; write one `NAME: secret` a line below it" },
      )
      .default({}),
    "The provider's variables that are secrets. lego reads them from files.",
  ),
  resolvers: setting(
    list(nameServer(), "name servers").optional(),
    "Name servers by which lego finds the domain's own, and looks for the record.",
    { example: ["10.0.0.53"], defaultText: "those of the host" },
  ),
  wait: setting(
    delay().optional(),
    "How long to wait for the record, instead of asking all name servers of the domain for it: for a host that does not reach them.",
    { example: "2m", defaultText: "until all of them have it" },
  ),
}).meta({ id: "acmeDns", description: "Proof by a record in the domain's DNS." });

/** As many bytes as a digest by SHA-256 has, in base64url: RFC 7518, 3.2. */
const HMAC_KEY = /^[A-Za-z0-9_-]{43,}$/;

const accountBinding = group({
  keyId: setting(
    text(/^[A-Za-z0-9._~+/=-]+$/, "is not the ID of a key; write it as the CA gave it to you"),
    "ID of the key that the CA gave you for this.",
    { example: "kid-1" },
  ),
  key: setting(
    secretText(
      HMAC_KEY,
      "is not a key of this kind; write it as the CA gave it to you, in base64url, 43 letters or more",
    ),
    "The key itself (HMAC), in base64url. It is used once, to make the account.",
    { secret: true },
  ),
}).meta({
  id: "acmeAccountBinding",
  description:
    "A customer's account at the CA, to which the host's account is bound (external account binding).",
});

export const acme = group({
  email: setting(
    text(/^[^\s@]+@[^\s@]+$/, "is not a mail address; write one that somebody reads"),
    "Where the CA writes to.",
    { example: "ops@my-company.net" },
  ),
  acceptTerms: setting(
    flag().default(false),
    "Whether you accept the CA's terms of service; it issues nothing otherwise.",
    { example: true },
  ),
  accountBinding: setting(
    accountBinding.optional(),
    "Binds the host's account to yours at the CA, if it asks for that: external account binding (EAB).",
    { example: { keyId: "kid-1" } },
  ),
  domains: setting(
    list(
      text(
        /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/,
        "is not a domain; write a DNS name in lower case",
      ),
      "domains",
    ).optional(),
    "DNS names that the certificate is for. Those with `*.` need `dns`.",
    { example: ["monitor.my-company.net"], defaultText: "the host of `publicUrl`" },
  ),
  directory: setting(
    httpUrl().default("https://acme-v02.api.letsencrypt.org/directory"),
    "URL of the CA's directory.",
    { example: "https://ca.my-company.net/acme/directory" },
  ),
  directoryCa: setting(
    certificates("a certificate").optional(),
    "By which authority `directory` is recognised: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the CAs that the image trusts" },
  ),
  ca: setting(
    certificates("a certificate").optional(),
    "The CA's own certificate, which clients inside the stack trust, if it is no public one: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem" },
  ),
  dns: setting(
    dns.optional(),
    "Proof by a record in DNS, instead of a file at port 80; the front need not be reached from the internet then.",
    { example: { provider: "cloudflare" } },
  ),
  image: image(versions.images.lego, "lego, the client"),
}).meta({
  id: "acme",
  description:
    "A certificate that the host gets for itself from a CA, by ACME, and renews without a deployment.",
});

export type AcmeSettings = z.output<typeof acme>;

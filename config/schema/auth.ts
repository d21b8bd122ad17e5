// Authentication over HTTP: the same settings for everything that services connect to.
import { z } from "zod";
import { flag, group, httpUrl, list, localPath, secretText, setting, text } from "./words";

/** Programs trim the content of secret files; only a line break at the end is never intended. */
export const sent = (value: string) => value.trim() !== "" && !/^\s|\0|[^\S\r\n]\s*$/.test(value);
/** A header's value, which has to be one line. */
const sentInHeader = (value: string) => sent(value) && !/\p{Cc}/u.test(value.trimEnd());

const noBlanks = "which may not begin or end with a space, since programs trim those";

const username = () =>
  text(/^[^\p{Cc}:]+$/u, "is not a user name; write the one to log in as, without a colon");

const basicAuth = group({
  username: setting(username(), "User to log in as.", {
    example: "prometheus",
    placeholder: "the user to log in as",
  }),
  password: setting(
    secretText(sent, `is not a password; write the one to log in with, ${noBlanks}`),
    "Password to log in with.",
    { secret: true, lines: true },
  ),
}).meta({ id: "basicAuth", description: "HTTP basic authentication with user and password." });

const pem = (value: string) => value.includes("-----BEGIN ") || /^[^\0\r\n]+$/.test(value);
export const certificates = (what: string) =>
  text(pem, `is neither ${what} in PEM form nor the path of a file with it`);

export const privateKey = () =>
  secretText(
    (value) => value.includes("PRIVATE KEY-----"),
    "is not a private key; write the text of a file in PEM form",
  );

/** The key of a certificate, as text or as a file. */
export const certificateKey = (example: string) => ({
  key: setting(privateKey().optional(), "Private key of the certificate, as PEM text.", {
    secret: true,
    lines: true,
  }),
  keyFile: setting(
    localPath().optional(),
    "File on this computer with the private key, instead of `key`. It is read when Pulumi runs, and sent as a secret.",
    { example },
  ),
});

const tls = group({
  ca: setting(
    certificates("a certificate").optional(),
    "Trusted CA certificates, instead of the system's: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the CAs that the image trusts" },
  ),
  certificate: setting(
    certificates("a certificate").optional(),
    "Client certificate with its chain: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/client.pem" },
  ),
  ...certificateKey("~/.config/podwatch/client.key"),
  serverName: setting(
    text(/^[^\s\p{Cc}]+$/u, "is not a name; write the one in the server's certificate").optional(),
    "Name expected in the server's certificate.",
    { example: "shop.my-company.net", defaultText: "the host name of the request" },
  ),
  insecure: setting(
    flag().default(false),
    "Whether to accept any server certificate. A man in the middle can then read secrets and forge responses.",
  ),
}).meta({ id: "tls", description: "Trusted CAs and client certificate of TLS connections." });

const oauth2 = group({
  clientId: setting(
    text(/^[^\p{Cc}]+$/u, "is not a client's id; write the one you registered"),
    "Id of the client.",
    { placeholder: "the id of your client" },
  ),
  clientSecret: setting(
    secretText(sent, `is not a client's secret; write the one you registered, ${noBlanks}`),
    "Secret of the client.",
    { secret: true, lines: true },
  ),
  tokenUrl: setting(httpUrl(), "URL that issues tokens.", { example: "https://login.my-company.net/token" }),
  scopes: setting(
    list(text(/^[^\s\p{Cc}]+$/u, "is not a scope; write one without spaces"), "scopes").default([]),
    "Scopes to request.",
    { example: ["metrics.read"] },
  ),
  endpointParams: setting(
    z
      .record(z.string(), z.string({ error: "is not text; put the parameter's value in quotes" }), {
        error: "is not a group of parameters; write one `name: value` a line below it",
      })
      .default({}),
    "Further parameters of the token request. Must not contain secrets.",
    { example: { audience: "metrics" } },
  ),
  tls: setting(tls.optional(), "Settings for TLS connections to the issuer."),
}).meta({ id: "oauth2", description: "A token obtained with a client's id and secret (OAuth 2)." });

/** Headers of the connection, or set by the client itself. Source: ReservedHeaders of prometheus/common. */
const reservedHeader =
  /^(authorization|host|content-(encoding|length|type)|user-agent|connection|keep-alive|proxy-auth(enticate|orization)|www-authenticate|accept-encoding|x-prometheus-(remote-(write|read)-version|scrape-timeout-seconds)|x-amz-(date|security-token|content-sha256))$/i;

const headerName = () =>
  text(
    (name) => /^[A-Za-z0-9_-]{1,64}$/.test(name) && !reservedHeader.test(name),
    "is not a header that may be set; write up to 64 letters, digits, - and _; Authorization is set by basicAuth, bearerToken and oauth2",
  );

export const bearerToken = () =>
  setting(
    secretText(sentInHeader, `is not a token; write the one that the server expects, ${noBlanks}`).optional(),
    "Token sent in the header `Authorization: Bearer`.",
    { secret: true, lines: true },
  );

export const tlsSetting = () => setting(tls.optional(), "Settings for TLS connections.");

const headers = () =>
  setting(
    z
      .record(
        headerName(),
        secretText(sentInHeader, `is not a header's value; write text on one line, ${noBlanks}`).meta({
          secret: true,
          lines: true,
        }),
        { error: "is not a group of headers; write one `name: value` a line below it" },
      )
      .optional(),
    "Additional request headers, each with a secret value.",
  );

/** At most one of the first two. */
export const httpLogIn = {
  basicAuth: setting(basicAuth.optional(), "User and password."),
  bearerToken: bearerToken(),
  headers: headers(),
  tls: tlsSetting(),
};

/** At most one of the first three; each value reaches the service in a file that only it can read. */
export const httpAuth = {
  basicAuth: httpLogIn.basicAuth,
  bearerToken: httpLogIn.bearerToken,
  oauth2: setting(oauth2.optional(), "A token obtained with a client's id and secret."),
  headers: httpLogIn.headers,
  tls: httpLogIn.tls,
};

/** For native configuration, beyond the settings here. */
export const ownSecrets = (service: string, read: string) =>
  setting(
    z
      .record(
        text(
          /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
          "is not a name of this kind; write up to 64 letters, digits, - and _, beginning with a letter or digit",
        ),
        secretText(/^[^\0]+$/, "is not a secret; write text that is not empty").meta({
          secret: true,
          lines: true,
        }),
        { error: "is not a group of secrets; write one `name: value` a line below it" },
      )
      .optional(),
    `Secrets that ${read} refer to, for example as \`..._file\`: each is the file \`/run/secrets/${service}.NAME\` in the container.`,
  );

const httpAuthGroup = z.object(httpAuth);
export type HttpAuth = z.output<typeof httpAuthGroup>;
export type Tls = z.output<typeof tls>;

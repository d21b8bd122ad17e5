// The vocabulary that the sections of a stack file are written in: text with a grammar, whole numbers, switches, lists.
// Every error message continues the offending value and ends with the fix after a semicolon:
//   "15 days" is not a duration; write a number and a unit such as 15d, 12h or 90m
// A missing value is reported as `is missing; <fix>`, so the part before the first semicolon may be dropped.
import { isIP, isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { inMilliseconds } from "../../lib/duration";

/** Settings are frozen once they are read; their types say so. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

declare const secretMark: unique symbol;

/** Text that is kept secret: plain inside `config/`, a Pulumi secret outside. */
export type SecretText = string & { readonly [secretMark]: true };

/** Frozen settings in which secrets have another type. */
export type WithSecrets<T, Secret> = T extends SecretText
  ? Secret
  : T extends readonly (infer Item)[]
    ? readonly WithSecrets<Item, Secret>[]
    : T extends object
      ? { readonly [Key in keyof T]: WithSecrets<T[Key], Secret> }
      : T;

/** Inside `config/` a secret is plain text, marked only in its type. */
export const withPlainSecrets = <T>(settings: T) => settings as WithSecrets<T, string>;

declare const outputMark: unique symbol;

/** A setting that programs may give as an Output, as its type says. */
export type MayBeOutput = { readonly [outputMark]: true };

/** For what is known only once a machine has been made: everything else has to be known before, for previews to show it. */
export const mayBeOutput = <T extends z.ZodType>(schema: T) =>
  schema.meta({ output: true }) as T & MayBeOutput;

/** Documentation of a setting, for editors too. */
export interface About {
  /** A value as one would write it. */
  example?: unknown;
  /** Has to be encrypted in the stack file. */
  secret?: boolean;
  /** Text that may have several lines; no other text may. */
  lines?: boolean;
  /** The default in words, if it is not a fixed value. */
  defaultText?: string;
  /** The page below docs/ that describes the setting's own settings. */
  page?: string;
  /** Placeholders are refused; this is what to write instead, as in "the address of your host". */
  placeholder?: string;
}

/** Attaches documentation to a schema; call it last, because a wrapper such as `.default()` does not inherit it. */
export function setting<T extends z.ZodType>(schema: T, description: string, about: About = {}): T {
  const { example, ...rest } = about;
  return schema.meta({
    description,
    ...(example === undefined ? {} : { examples: [example] }),
    ...rest,
  }) as T;
}

/** Text that `accepts` holds for. */
export function text(accepts: RegExp | ((value: string) => boolean), message: string) {
  const test = typeof accepts === "function" ? accepts : (value: string) => accepts.test(value);
  const checked = z.string({ error: message }).refine(test, { error: message });
  // Editors can only check grammars that are a pattern.
  return typeof accepts === "function" ? checked : checked.meta({ pattern: accepts.source });
}

/** Text that has to be encrypted in the stack file; `secret: true` marks it for the rest of `config/`. */
export function secretText(accepts: RegExp | ((value: string) => boolean), message: string) {
  return text(accepts, message) as unknown as z.ZodType<SecretText, string>;
}

/** A whole number; digits in quotes are accepted, since quoting is common in YAML. */
export function whole(min: number, max: number, message: string) {
  const digits = (value: unknown) =>
    typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return z.preprocess(
    digits,
    z.int({ error: message }).min(min, { error: message }).max(max, { error: message }),
  );
}

/** A number, also in quotes. */
export function numeric(accepts: (value: number) => boolean, message: string) {
  const unquote = (value: unknown) =>
    typeof value === "string" && /^\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
  return z.preprocess(unquote, z.number({ error: message }).refine(accepts, { error: message }));
}

/** A ratio. */
export const share = () =>
  numeric(
    (value) => value >= 0 && value <= 1,
    "is not a share of a whole; write a number from 0 to 1, such as 0.9 for 90 %",
  );

export const amount = (what: string) =>
  numeric((value) => value >= 0, `is not ${what}; write a number of 0 or more, such as 1.5`);

/** true or false, also in quotes. */
export function flag() {
  const unquote = (value: unknown) => (value === "true" ? true : value === "false" ? false : value);
  return z.preprocess(unquote, z.boolean({ error: "is neither true nor false; write true or false" }));
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: `is not known here; write ${words.join(" or ")}` });
}

export function list<T extends z.ZodType>(item: T, of: string) {
  return z.array(item, { error: `is not a list; write a list of ${of}` });
}

export function group<T extends z.core.$ZodLooseShape>(
  shape: T,
  message = "is not a group of settings; write one setting a line below it",
) {
  return z.strictObject(shape, { error: message });
}

/** In Prometheus' grammar; zero is refused because it never has the expected effect. */
export const duration = () =>
  text(
    (value) => inMilliseconds(value) > 0,
    "is not a duration; write a number and a unit such as 15d, 12h or 90m",
  ).meta({ kind: "duration" });

/** A duration that may be zero. */
export const delay = () =>
  text(
    (value) => inMilliseconds(value) >= 0,
    "is not a duration; write a number and a unit such as 15m or 1h, or 0s for none",
  ).meta({ kind: "duration" });

export const size = () =>
  text(
    /^0*[1-9]\d*(B|KB|MB|GB|TB|PB|EB)$/,
    "is not a size; write a whole number and a unit such as 512MB or 50GB",
  ).meta({ kind: "size" });

export const port = () =>
  whole(1, 65535, "is not a port number; write a whole number from 1 to 65535").meta({ kind: "port" });

const dnsLabel = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const dnsPattern = new RegExp(`^(?=.{1,253}$)(?:${dnsLabel}\\.)*(?!\\d+\\.?$)${dnsLabel}\\.?$`);

/** An IPv4 or IPv6 address or a DNS name; if the last label has only digits, it is a mistyped address. */
export function isAddress(value: string): boolean {
  return isIP(value) !== 0 || dnsPattern.test(value);
}

export const address = () =>
  text(
    isAddress,
    "is not an address; write an IPv4 or IPv6 address or a DNS name, without user, port or protocol",
  ).meta({ kind: "address", placeholder: "the address of your host" });

export const ipAddress = () =>
  text(
    (value) => isIP(value) !== 0,
    "is not an IP address; write 127.0.0.1, 0.0.0.0, :: or an address of the host",
  ).meta({ kind: "IP address", placeholder: "an address of your host" });

/** An address, or a range of addresses in CIDR notation. */
function isRange(value: string): boolean {
  const [address = "", bits, ...rest] = value.split("/");
  if (rest.length > 0 || isIP(address) === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

export const addressRange = () =>
  text(isRange, "is not an IP address or a range of them; write one such as 10.1.2.3 or 10.1.2.0/24").meta({
    kind: "address range",
    placeholder: "the addresses of your network",
  });

/** `host:port`, `[v6]:port`; returns the host part, or undefined. */
export function targetHost(value: string): string | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/@\s]+)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const number = Number(match?.[3]);
  if (host === undefined || number < 1 || number > 65535) return undefined;
  return (match?.[1] === undefined ? isAddress(host) : isIPv6(host)) ? host : undefined;
}

export const target = () =>
  text(
    (value) => targetHost(value) !== undefined,
    "is not a target; write host:port such as db1.internal:9100, without protocol or path",
  ).meta({ kind: "host:port", placeholder: "the address of what you want to scrape" });

/** A target of a scrape job: host:port, or any text that its relabelling turns into an address. */
export const scrapeTarget = () =>
  text(
    /^[^\s\p{Cc}]{1,2048}$/u,
    "is not a target; write host:port such as db1.internal:9100, without protocol or path",
  ).meta({ kind: "host:port", placeholder: "the address of what you want to scrape" });

/** `URL.canParse` of Node.js 20 rejects URLs with letters such as é after many calls. */
export function urlOf(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

/** Protocol, host, optional port, nothing else. */
function isPublicUrl(value: string): boolean {
  const hostname = /^https?:\/\/[^/?#@\s]+\/?$/.test(value) ? urlOf(value)?.hostname : undefined;
  if (hostname === undefined) return false;
  return isIPv4(hostname) || hostname.startsWith("[") || isAddress(hostname);
}

/** The front's URL for users. */
export const publicUrl = () =>
  text(
    isPublicUrl,
    "is not a URL of this kind; write http or https, the host and perhaps a port, such as https://monitor.my-company.net",
  ).meta({ kind: "URL", placeholder: "the URL that your users type" });

/** URL of an external HTTP endpoint. */
export const isHttpUrl = (value: string) =>
  /^https?:\/\/[^\s"'<>\\]+$/.test(value) && urlOf(value) !== undefined;

export const httpUrl = () =>
  text(isHttpUrl, "is not a URL; write one that begins with https:// or http://").meta({ kind: "URL" });
/** URL of pages: protocol, host, optional port and path. */
export const url = () =>
  text(
    (value) => /^https?:\/\/[^/?#@\s"'{}]+(\/[^?#\s"'{}]*)?$/.test(value) && urlOf(value) !== undefined,
    "is not a URL of this kind; write http or https, the host and perhaps a path, such as https://wiki.my-company.net/runbooks",
  ).meta({ kind: "URL" });

const labelValue = () => z.string({ error: "is not text; put the label's value in quotes" });

/** Label names that Prometheus accepts and does not reserve. */
export const labels = () =>
  z.record(
    text(
      /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/,
      "is not a label name; write letters, digits and _, not beginning with a digit or __",
    ),
    labelValue(),
    { error: "is not a group of labels; write one `name: value` a line below it" },
  );

const registryPart = "(?:[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+(?::\\d+)?|[A-Za-z0-9-]+:\\d+|localhost)";
const imagePattern = new RegExp(
  `^${registryPart}(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@sha256:[0-9a-f]{64})?$`,
);

/** A full reference: short names resolve differently per host, and moving tags change over time. */
export function isImage(value: string): boolean {
  const match = imagePattern.exec(value);
  if (match === null) return false;
  const [, tag, digest] = match;
  return digest !== undefined || (tag !== undefined && tag !== "latest");
}

/** What `pulumi destroy` does with a service's data. */
export const data = (what: string) =>
  setting(
    choice(["keep", "delete"]).default("keep"),
    `What \`pulumi destroy\` does with ${what}: \`keep\` leaves the volume on the host, \`delete\` removes it.`,
  );

export const enabled = (service: string) => setting(flag().default(true), `Whether ${service} is deployed.`);

/** A path on the host that is safe in a unit file and in a container's volume argument. */
export const hostPath = () =>
  text(
    (value) => /^(?:\/[A-Za-z0-9._@+-]+)+$/.test(value) && !/\/\.{1,2}(?:\/|$)/.test(value),
    "is not a plain absolute path; write one such as /run/roq/service, without blanks, colons, .. or a slash at the end",
  ).meta({ kind: "path on the host" });

/** A file beside the stack file: relative to the project, absolute, or below `~`. */
export const localPath = () =>
  text(
    /^[^\0\r\n]+$/,
    "is not a path; write a path relative to the project, an absolute one, or one below ~",
  ).meta({ kind: "local path" });

// Values that an example file carries and that somebody has to replace.
import { isIPv4 } from "node:net";
import type { z } from "zod";
import { inRange } from "../lib/address";
import { type Problem, quote } from "./problem";
import { isImage, targetHost, urlOf } from "./schema/words";
import { type Leaf, leaves } from "./walk";

/** Text that nobody means. */
const unmistakable = /^(change[-_ ]?me[.!]*|<[^<>]*>|\.{3}|…)$/i;
const likely =
  /change[-_ ]?me|<[A-Za-z][A-Za-z _-]*>|^(todo|fixme|tbd|x{3,})\b|^your[-_ ]|^a\.b\.c\.d$|AAAA(\.{3}|…)|^[A-Za-z0-9 -]*(\.{3}|…)$/i;

/** Networks and names that are kept for documentation (RFC 5737, 3849, 2606); no real host has them. */
const documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"];
const documentationName = /(^|\.)example(\.(com|org|net))?\.?$|^2001:0?db8:/i;

/** Settings whose value is, or holds, an address. */
const hostIn: Readonly<Record<string, (value: string) => string | undefined>> = {
  address: (value) => value,
  bind: (value) => value,
  targets: targetHost,
  smarthost: targetHost,
  to: (value) => value.split("@")[1],
  from: (value) => value.split("@")[1],
  publicUrl: (value) => urlOf(value)?.hostname.replace(/^\[|\]$/g, ""),
  image: (value) => (isImage(value) ? value.split("/")[0]?.split(":")[0] : undefined),
};

const instead: Readonly<Record<string, string>> = {
  address: "the address of your host",
  bind: "an address of your host",
  targets: "the address of what you want to scrape",
  publicUrl: "the URL that your users type",
  smarthost: "your mail server as host:port",
  to: "a mail address of yours",
  from: "a mail address of yours",
  hostKey: "the key of your host, what `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
  user: "the user you log in as",
};

export function placeholderProblems(schema: z.ZodType, raw: unknown): Problem[] {
  return leaves(schema, raw).flatMap((leaf) => {
    const name = String(leaf.path.findLast((part) => typeof part === "string") ?? "");
    if (!isPlaceholder(leaf, name)) return [];
    const what = leaf.secret ? "the value" : quote(leaf.value);
    return [
      {
        path: leaf.path,
        text: `${what} is a placeholder; put in ${Object.hasOwn(instead, name) ? instead[name] : "your own value"}`,
        alone: true,
      },
    ];
  });
}

function isPlaceholder({ value, secret }: Leaf, name: string): boolean {
  if (typeof value !== "string") return false;
  if (secret) return unmistakable.test(value.trim());
  if (unmistakable.test(value.trim()) || likely.test(value.trim())) return true;
  const host = Object.hasOwn(hostIn, name) ? hostIn[name]?.(value) : undefined;
  if (host === undefined) return false;
  if (isIPv4(host)) return documentation.some((range) => inRange(host, range));
  return documentationName.test(host);
}

// Placeholders of example files, which users have to replace. The schema says where they are looked for: in
// addresses, users, keys and the like, never in names, labels and texts, in which any word may be intended.
import { isIPv4 } from "node:net";
import type { z } from "zod";
import { inRange } from "../lib/address";
import { type Problem, quote } from "./problem";
import { isImage, targetHost, urlOf } from "./schema/words";
import { type Leaf, leaves } from "./walk";

/** Whole values that are always placeholders. */
const unmistakable = /^[#@]?(change[-_ ]?me[.!]*|<[^<>]*>|\.{3}|…|a\.b\.c\.d)$/i;
/** Words that may be part of a machine's name, but hardly a whole address, user or key. */
const likely = /^(todo|fixme|tbd|x{3,}|your[-_ ][a-z_ -]+)$|AAAA(\.{3}|…)|^[a-z0-9 -]*(\.{3}|…)$/i;

/** Networks and names reserved for documentation (RFC 5737, 3849, 2606). */
const documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"];
const documentationName = /(^|\.)example(\.(com|org|net))?\.?$|^2001:0?db8:/i;

/** The host in a text of each grammar that has one. */
const hostIn: Readonly<Record<string, (value: string) => string | undefined>> = {
  address: (value) => value,
  "IP address": (value) => value,
  "address range": (value) => value.split("/")[0],
  "host:port": targetHost,
  "mail address": (value) => value.split("@")[1],
  URL: (value) => urlOf(value)?.hostname.replace(/^\[|\]$/g, ""),
  image: (value) => (isImage(value) ? value.split("/")[0]?.split(":")[0] : undefined),
};

export function placeholderProblems(schema: z.ZodType, raw: unknown): Problem[] {
  return leaves(schema, raw).flatMap((leaf) => {
    if (!isPlaceholder(leaf)) return [];
    const what = leaf.secret ? "the value" : quote(leaf.value);
    return [
      {
        path: leaf.path,
        text: `${what} is a placeholder; put in ${leaf.placeholder ?? "your own value"}`,
        alone: true,
      },
    ];
  });
}

function isPlaceholder({ value, secret, placeholder, kind }: Leaf): boolean {
  if (typeof value !== "string") return false;
  const text = value.trim();
  if (secret) return unmistakable.test(text);
  if (placeholder === undefined) return false;
  if (unmistakable.test(text) || likely.test(text)) return true;
  const host = kind !== undefined && Object.hasOwn(hostIn, kind) ? hostIn[kind]?.(text) : undefined;
  if (host === undefined) return false;
  if (unmistakable.test(host)) return true;
  if (isIPv4(host)) return documentation.some((range) => inRange(host, range));
  return documentationName.test(host);
}

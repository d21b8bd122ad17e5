// Suggestions for unknown settings.
import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import { standsApart, wayOut } from "./alternatives";
import { namespace } from "./namespace";
import { type Path, show } from "./problem";
import { core, schemaAt, settingPaths } from "./walk";

/** Names in related tools for settings that have another name here. */
const synonyms = new Map(
  Object.entries({
    hostname: "address",
    ip: "address",
    ansiblehost: "address",
    ansibleport: "port",
    username: "user",
    ansibleuser: "user",
    sudo: "become",
    becomepass: "becomePassword",
    identityfile: "privateKeyFile",
    sshkey: "privateKeyFile",
    keyfile: "privateKeyFile",
    password: "adminPassword",
    jobname: "name",
    jobs: "scrapeJobs",
    scrapeconfigs: "scrapeJobs",
    scrapeinterval: "interval",
    scrapetimeout: "timeout",
    staticconfigs: "targets",
    version: "image",
    tag: "image",
    listen: "bind",
    rooturl: "publicUrl",
    externalurl: "publicUrl",
  }),
);

const normal = (key: string) => key.toLowerCase().replace(/[_-]/g, "");

/** The text about an unknown `key` in the group at `path`. */
export function unknownKey(root: z.ZodType, path: Path, key: string): string {
  if (path.length === 0 && key === namespace)
    return `is the beginning of a setting's name; write each setting with it on a line of its own, such as ${namespace}:host:`;
  const siblings = keysOf(root, path);
  const same = siblings.find((sibling) => normal(sibling) === normal(key));
  const synonym = siblings.find((sibling) => sibling === synonyms.get(normal(key)));
  const here = same ?? synonym;
  if (here !== undefined) return `unknown setting; did you mean ${here}?`;

  const way = wayOut(path, normal(key));
  if (way !== undefined) return `unknown setting; ${way}`;

  const elsewhere = onOtherLevels(root, path, (name) => normal(name) === normal(key));
  if (elsewhere !== undefined) return `unknown setting; did you mean ${elsewhere}?`;

  const near = nearest(key, siblings) ?? (standsApart(path) ? ofTheSameKind(key, siblings) : undefined);
  if (near !== undefined) return `unknown setting; did you mean ${near}?`;

  const close = onOtherLevels(
    root,
    path,
    (name) => key.length > 4 && distance(normal(name), normal(key)) <= 2,
  );
  if (close !== undefined) return `unknown setting; did you mean ${close}?`;
  const other = wayOut(path, "");
  if (other !== undefined) return `unknown setting; ${other}`;
  return `unknown setting; remove it (known settings: ${siblings.join(", ")})`;
}

function keysOf(root: z.ZodType, path: Path): string[] {
  const at = schemaAt(root, path);
  return at === undefined
    ? []
    : settingPaths(core(at).schema).flatMap((found) => (found.length === 1 ? found : []));
}

/** The candidate that a name is probably meant to be. */
export function nearest(key: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(key.length * 0.4));
  const ranked = candidates
    .map((candidate) => ({ candidate, off: distance(normal(candidate), normal(key)) }))
    .filter(({ off }) => off <= limit)
    .sort((a, b) => a.off - b.off);
  return ranked[0]?.candidate;
}

/** The first candidate whose name ends in the same word, such as a token: a group's own settings come before those of any log-in. */
function ofTheSameKind(key: string, candidates: readonly string[]): string | undefined {
  const last = (name: string) => normal(name.split(/_|-|(?=[A-Z])/).at(-1) ?? "");
  return candidates.find((candidate) => last(candidate) === last(key));
}

/** Groups in which the targets of a discovery are chosen: many everyday words, none of which is meant elsewhere. */
const CHOICES = ["keep", "drop"];

/** Searches below the group, then below each enclosing group; returns whole paths of settings. */
function onOtherLevels(root: z.ZodType, path: Path, fits: (name: string) => boolean): string | undefined {
  for (let depth = path.length; depth >= (standsApart(path) ? path.length : 0); depth--) {
    const base = path.slice(0, depth);
    const at = schemaAt(root, base);
    if (at === undefined) continue;
    const found = settingPaths(at).filter(
      (inner) => fits(inner.at(-1) ?? "") && !CHOICES.includes(inner.at(-2) ?? ""),
    );
    const shortest = Math.min(...found.map((inner) => inner.length));
    const names = found
      .filter((inner) => inner.length === shortest)
      .map((inner) => show([...base, ...inner]).replaceAll('["[]"]', "[]"));
    const meant = new Set(names);
    // A name with many matches is no hint.
    if (meant.size > 0 && meant.size <= 3) return [...meant].join(" or ");
  }
  return undefined;
}

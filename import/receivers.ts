// Receivers. A channel becomes its kind's settings if they can express it, else it is taken as it is.
import {
  type KindName,
  kindNames,
  kindOf,
  secretAddresses,
} from "../components/alertmanager/receivers/kinds";
import { receiver } from "../components/alertmanager/receivers.schema";
import type { Path } from "../config/problem";
import { isGroup, valueAt } from "../config/walk";
import { channel } from "./channels";
import { withSecrets } from "./draft";
import { native } from "./native";
import type { Source } from "./source";
import type { Spot } from "./spot";
import { standIn } from "./standIn";

/** Where `global` has other words for a kind, or for a key of it. */
const GLOBAL_WORDS: Readonly<Record<string, string>> = { email: "smtp" };
const GLOBAL_KEYS: Readonly<Record<string, string>> = { api_corp_id: "corp_id" };

/** The same file, in which every channel says what it takes from `global`. */
export function withGlobals(source: Source, root: Path): Source {
  const data = structuredClone(source.data);
  const configuration = valueAt(data, root);
  if (!isGroup(configuration) || !isGroup(configuration.global)) return source;
  const { global, receivers: all } = configuration;
  for (const one of Array.isArray(all) ? all : []) {
    for (const [key, channels] of Object.entries(isGroup(one) ? one : {})) {
      const kind = key.replace(/_configs$/, "");
      if (kind === key || !Array.isArray(channels)) continue;
      for (const each of channels) if (isGroup(each)) fill(each, kind, global);
    }
  }
  return { ...source, data };
}

function fill(
  channel: Record<string, unknown>,
  kind: string,
  global: Readonly<Record<string, unknown>>,
): void {
  const prefix = `${GLOBAL_WORDS[kind] ?? kind}_`;
  for (const [from, value] of Object.entries(global)) {
    const own = from.startsWith(prefix) ? from.slice(prefix.length) : undefined;
    const key = own === undefined ? (kind === "email" ? "" : from) : (GLOBAL_KEYS[own] ?? own);
    if (own === undefined && key !== "http_config") continue;
    const stem = key.replace(/_file$/, "");
    if (!(stem in channel) && !(`${stem}_file` in channel)) channel[key] = value;
  }
}

/** The names under which the stack file has the receivers. */
export function receiverNames(spot: Spot): Map<string, string> {
  const names = new Map<string, string>();
  const root = spot.from.slice(
    0,
    spot.from.findIndex((part) => part === "route" || part === "receivers"),
  );
  for (const one of spot.top(root).at("receivers").list) {
    const name = String(isGroup(one) ? one.name : "");
    const stem =
      name
        .replace(/[^A-Za-z0-9_.-]+/g, "-")
        .replace(/^[^A-Za-z0-9]+/, "")
        .slice(0, 36) || "receiver";
    const taken = ["nobody", "dead-mans-switch", ...names.values()];
    let now = stem;
    for (let number = 2; taken.includes(now); number += 1) now = `${stem}-${number}`;
    names.set(name, now);
  }
  return names;
}

export function receivers(here: Spot): void {
  const names = receiverNames(here);
  for (const item of here.items()) {
    const name = String(item.group.name ?? "");
    const now = names.get(name) ?? name;
    if (now !== name)
      item.change(
        "is not a name that a receiver may have here",
        `it is called ${now} now`,
        JSON.stringify(name),
      );
    const to = item.below("receivers", now);
    for (const key of Object.keys(item.group).filter((one) => one !== "name")) channels(to.at(key));
    const taken = valueAt(to.draft.settings, to.to);
    if (!isGroup(taken) || Object.keys(taken).length === 0) to.put("extra", {});
  }
}

function channels(here: Spot): void {
  const kind = kindNames.find((one) => here.key === `${one}_configs`);
  here.items().forEach((item, index) => {
    if (index === 0 && kind !== undefined && typed(item.below(kind), kind)) return;
    const list = ["extra", here.key];
    item.next(...list).put([], native(item.below(...list), "alertmanager", secretAddresses(here.key)));
  });
}

/** Whether the settings of its kind can express a channel; if they cannot, nothing is left of the attempt. */
function typed(here: Spot, kind: KindName): boolean {
  const { draft } = here;
  const before = {
    left: draft.left.length,
    changed: draft.changed.length,
    secrets: draft.secrets.length,
  };
  here.put([], {});
  channel(here, kind);
  const given = valueAt(withSecrets(draft, standIn), here.to);
  if (receiver.safeParse({ [kind]: given }).success && !isTemplated(given) && hasWholeLogin(given, kind))
    return true;
  draft.cut(here.to);
  draft.left.splice(before.left);
  draft.changed.splice(before.changed);
  draft.secrets.splice(before.secrets);
  return false;
}

/** Alertmanager fills in templates in most keys, settings are as they are. */
function isTemplated(given: unknown): boolean {
  return (
    isGroup(given) &&
    Object.entries(given).some(([key, value]) => key !== "extra" && String(value).includes("{{"))
  );
}

/** Of a user and a password both are needed, or neither. */
function hasWholeLogin(given: unknown, kind: KindName): boolean {
  const { together = [] } = kindOf(kind);
  const there = together.filter((setting) => isGroup(given) && given[setting] !== undefined);
  return there.length === 0 || there.length === together.length;
}

// Merges a host's own section into the stack's.
import { isGroup } from "../walk";

/** Groups are merged key by key; anything else, lists too, is replaced. */
export function merge(base: unknown, over: unknown): unknown {
  if (!isGroup(base) || !isGroup(over)) return over ?? base ?? {};
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      key in base && key in over ? merge(base[key], over[key]) : (over[key] ?? base[key]),
    ]),
  );
}

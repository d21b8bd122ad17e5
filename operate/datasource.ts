// The data source of a panel. Dashboards refer to it by uid, by name or by a variable, as text or in an object, or not at
// all; some words have a special meaning.
import type { Values } from "./variables";

/** A data source that Grafana has. */
export interface Source {
  readonly name: string;
  readonly uid: string;
  readonly type?: string;
  readonly isDefault?: boolean;
}

export type ResolvedSource =
  | { readonly uid: string; readonly type?: string }
  | { readonly skipped: string }
  /** Each query names its own. */
  | "mixed";

/** Grafana's special data sources, with what such a panel shows. */
const OWN: Readonly<Record<string, string>> = {
  "-- dashboard --": "shows what another panel asked",
  "-- grafana --": "shows what Grafana itself knows",
  grafana: "shows what Grafana itself knows",
};

/** Server-side expressions, which every Grafana has under this uid. */
export const EXPRESSIONS = "__expr__";

export const NO_SOURCE = "there is no data source";

/** @throws Error if the data source does not exist */
export function resolveSource(given: unknown, sources: readonly Source[], values: Values): ResolvedSource {
  const { uid, type } = reference(given);
  const name = uid === undefined ? undefined : values.fill(uid);
  if (name?.toLowerCase() === "-- mixed --") return "mixed";
  const own = name === undefined ? undefined : OWN[name.toLowerCase()];
  if (own !== undefined) return { skipped: own };
  if (name === EXPRESSIONS || name?.toLowerCase() === "__expr__")
    return { uid: EXPRESSIONS, type: EXPRESSIONS };
  // Without a list there is nothing to look it up in.
  if (sources.length === 0) return { uid: name ?? "", ...(type === undefined ? {} : { type }) };
  const usual =
    sources.find((one) => one.isDefault === true && (type === undefined || one.type === type)) ??
    sources.find((one) => one.type === type) ??
    sources.find((one) => one.isDefault === true) ??
    sources[0];
  const found = ["", "default", undefined].includes(name)
    ? usual
    : (sources.find((one) => one.uid === name) ?? sources.find((one) => one.name === name));
  if (found === undefined) throw new Error(`${NO_SOURCE} ${JSON.stringify(name)}`);
  return { uid: found.uid, ...(found.type === undefined ? {} : { type: found.type }) };
}

function reference(given: unknown): { readonly uid?: string; readonly type?: string } {
  if (typeof given === "string") return { uid: given };
  if (typeof given !== "object" || given === null) return {};
  const { uid, type } = given as { uid?: unknown; type?: unknown };
  return {
    ...(typeof uid === "string" ? { uid } : {}),
    ...(typeof type === "string" && type !== "" ? { type } : {}),
  };
}

/** The initial value of a data source variable: the selected one if it exists, else the default. */
export function chosenSource(
  chosen: string,
  { kind, pattern }: { readonly kind: string; readonly pattern: string },
  sources: readonly Source[],
): string {
  const fits = regularExpression(pattern);
  const offered = sources.filter(({ name, type }) => type === kind && fits.test(name));
  const found =
    offered.find(({ uid, name }) => uid === chosen || name === chosen) ??
    offered.find(({ isDefault }) => isDefault === true) ??
    offered[0];
  return found?.uid ?? chosen;
}

/** In Grafana's syntax, `/.../flags`; text without slashes has to match completely. */
function regularExpression(pattern: string): RegExp {
  const [, source, flags = ""] = /^\/(.*)\/([gimsuy]*)$/s.exec(pattern) ?? [];
  try {
    if (source !== undefined) return new RegExp(source, flags.replace(/[gy]/g, ""));
    return pattern === "" ? /^/ : new RegExp(`^(?:${pattern})$`);
  } catch {
    return /^/;
  }
}

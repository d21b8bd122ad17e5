// Probes of the stack's own fronts: who signs the certificates there need not be written.
import { createHash } from "node:crypto";
import { OWN_AUTHORITY } from "../../lib/authority";
import { entry, frontAt, type NamedFront } from "../nginx/endpoint";
import type { Probe, ProbeModule } from "./render";

interface Probes<Secret> {
  readonly modules: Readonly<Record<string, ProbeModule<Secret>>>;
  readonly targets: readonly Probe[];
}

/**
 * A probe of a front uses a module that differs from its own only in the authority that it trusts. What a module says itself of
 * certificates is left alone.
 */
export function trustingFronts<Secret, Settings extends Probes<Secret>>(
  settings: Settings,
  fronts: readonly NamedFront[],
): Settings {
  const modules: Record<string, ProbeModule<Secret>> = {};
  const targets = settings.targets.map((target) => {
    const module = settings.modules[target.module];
    const url = module && encryptedUrl(target.target, module);
    const front = url === undefined ? undefined : frontAt(url, fronts);
    const ca = front && entry(front, "metrics").tls?.ca;
    if (module === undefined || ca === undefined) return target;
    const asked = `${target.module}${SUFFIX}${nameOf(ca)}`;
    modules[asked] = { ...module, tls: { ca, insecure: false } };
    return { ...target, asked };
  });
  return { ...settings, modules: { ...settings.modules, ...modules }, targets };
}

/** Between the name of a module and that of whom it trusts. */
const SUFFIX = "-of-";

/** Addresses may be known only later, so they are in no name. */
function nameOf(ca: string): string {
  return ca === OWN_AUTHORITY ? "own-authority" : createHash("sha256").update(ca).digest("hex").slice(0, 8);
}

/** Where it asks encrypted; undefined: it does not, or knows itself whom to trust. */
function encryptedUrl(target: string, module: ProbeModule): string | undefined {
  const prober = String(module.prober);
  const options = (module[prober] ?? {}) as Readonly<Record<string, unknown>>;
  if (module.tls !== undefined || "tls_config" in options) return undefined;
  if (prober === "http") return target;
  return prober === "tcp" && options.tls === true ? `https://${target}` : undefined;
}

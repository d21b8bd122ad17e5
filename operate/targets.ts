// Which resources belong to which host, of a stack as it is or as a preview would have it.
import { nameOf } from "./resources";

/** What the state and a preview both say of a resource. */
export interface Owned {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  /** Whether a preview would change it. */
  readonly changes?: boolean;
}

export interface Targets {
  /** The URNs of each host's resources, by its name. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  /** What belongs to no host alone. */
  readonly shared: readonly string[];
  /** How many resources a preview would change, by host. */
  readonly changes: Readonly<Record<string, number>>;
}

const HOST = "podwatch:index:Host";
const STACK = "podwatch:index:MonitoringStack";
const EXTERNAL = "podwatch:index:ExternalGrafana";

/**
 * A command of a host depends on the runner that the host's component made there. A component belongs to the host of its
 * commands, and what else it has, such as a password, to the component's. The names tell nothing: a host may be called
 * as another one and a service. Only what a host has in a Grafana of somebody else's depends on nothing of it, and there is one for a
 * host, which is called exactly as it.
 */
export function targetsOf(resources: readonly Owned[]): Targets {
  const hostOf = new Map<string, string>();
  for (const { urn, type, parent = "" } of resources) {
    if (type === HOST) hostOf.set(urn, nameOf(urn).slice(nameOf(parent).length + 1));
  }
  const called = new Map([...hostOf].map(([urn, host]) => [`${nameOf(urn)}-external-grafana`, host]));
  for (const { urn, type } of resources) {
    const host = type === EXTERNAL ? called.get(nameOf(urn)) : undefined;
    if (host !== undefined) hostOf.set(urn, host);
  }
  const made = new Map(resources.map((resource) => [resource.urn, resource]));
  const ownerOf = ({ parent = "", dependencies = [] }: Owned) =>
    hostOf.get(parent) ??
    dependencies.map((urn) => hostOf.get(made.get(urn)?.parent ?? "")).find((host) => host !== undefined);
  const commands = resources.map((resource) => [resource, ownerOf(resource)] as const);
  // Two components of one parent and type have different names, so a component has one host.
  for (const [{ parent = "" }, host] of commands) {
    if (host !== undefined && made.get(parent)?.type !== STACK && !hostOf.has(parent))
      hostOf.set(parent, host);
  }
  for (const [{ urn }, host] of commands) if (host !== undefined) hostOf.set(urn, host);
  for (const { urn, parent = "" } of resources) {
    const host = hostOf.get(parent);
    if (host !== undefined && !hostOf.has(urn)) hostOf.set(urn, host);
  }
  const hosts: Record<string, string[]> = {};
  const changes: Record<string, number> = {};
  for (const { urn, changes: changing } of resources) {
    const host = hostOf.get(urn);
    if (host === undefined) continue;
    hosts[host] = [...new Set([...(hosts[host] ?? []), urn])];
    if (changing) changes[host] = (changes[host] ?? 0) + 1;
  }
  const shared = resources.filter(({ urn }) => !hostOf.has(urn)).map(({ urn }) => urn);
  return { hosts, shared: [...new Set(shared)], changes };
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: Omit<Owned, "urn">;
  readonly newState?: Omit<Owned, "urn">;
}

interface Printed {
  readonly steps?: readonly Step[];
  readonly diagnostics?: ReadonlyArray<{ readonly message: string; readonly severity: string }>;
}

/**
 * Reads what `pulumi preview --json` prints.
 *
 * @throws Error with what is wrong with the stack
 */
export function previewed(text: string): Owned[] {
  const { steps = [], diagnostics = [] } = JSON.parse(text) as Printed;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message.trim()).join("\n"));
  return steps.map(({ op, urn, newState, oldState }) => ({
    type: "",
    ...(newState ?? oldState),
    urn,
    changes: op !== "same" && op !== "read",
  }));
}

// What a program composes on one host, component by component. To the checks it is a stack file with that host, to whose entry each
// component adds its section: so defaults, checks and messages are those of a stack file.

import * as pulumi from "@pulumi/pulumi";
import type { Host as CheckedHost, HostArgs as CheckedHostArgs } from "../components/host";
import {
  type Created,
  offered,
  type PlacedService,
  type Placement,
  type WiredHost,
} from "../components/placement";
import { SECTIONS } from "../components/sections";
import { plannedServices, SERVICES, wire } from "../components/services";
import { whenKnown } from "../components/whenKnown";
import { type Context, machine } from "../config/context";
import type { HostSettings } from "../config/load";
import type { Path } from "../config/problem";
import type { Section, SectionName } from "../config/section";
import type { PlannedService } from "../lib/runner";
import { settingsOf } from "./settings";

export interface Part<Args> {
  /** Such as `Prometheus p`. */
  readonly title: string;
  readonly service: PlacedService;
  /** Its settings, by section of the host's entry. */
  readonly written: Readonly<Partial<Record<SectionName, object>>>;
  /** The section whose settings are its arguments. */
  readonly own?: SectionName;
  /** Whether all others of the host wait for it. */
  readonly isFirst?: boolean;
  /** What it refers to. */
  readonly created?: Created;
  /** Hosts whose node exporters it scrapes. */
  readonly elsewhere?: readonly HostSettings[];
  /** The arguments of its class, as in a stack. */
  readonly args: (placement: Placement) => Args;
}

interface Added extends Part<unknown> {
  /** Its arguments, for comparison. */
  readonly given: string;
}

/** Where a stack file's default is a service that the host has here only if it is composed. */
const UNCOMPOSED: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    (Object.entries(SECTIONS) as unknown as ReadonlyArray<readonly [SectionName, Section]>)
      .filter(([, { withoutPrometheus }]) => withoutPrometheus !== undefined)
      .map(([name]) => [name, { enabled: false }]),
  ),
  // A target has one; who may connect to it is required only then.
  nodeExporter: { allowFrom: [] },
};

const COMPOSITIONS = new WeakMap<CheckedHost, Composition>();

/** Hosts whose components the program is creating. If one is refused, none of them is deployed. */
const OPEN = new Set<Composition>();

export class Composition {
  private readonly context: Context = remembering(machine(process.cwd(), "", () => true));
  private readonly parts: Added[] = [];
  private readonly elsewhere: HostSettings[] = [];
  /** Filled as components are created; the host reads it when it deploys them. */
  private readonly builds: Record<string, HostSettings["builds"][string]> = {};
  private created: Created = {};
  private host: CheckedHost | undefined;
  private now: WiredHost;

  constructor(
    private readonly title: string,
    private entry: Readonly<Record<string, unknown>>,
  ) {
    OPEN.add(this);
    this.now = this.refusing(() => this.resolve(title));
  }

  static of(host: CheckedHost): Composition {
    const found = COMPOSITIONS.get(host);
    if (found === undefined) throw new pulumi.RunError("host is not a Host of this package");
    return found;
  }

  /** What a host is made of; some of it is known only when all its components are. */
  get hostArgs(): CheckedHostArgs {
    const current = () => this.now;
    return {
      ...this.now.settings,
      builds: this.builds,
      whenKnown,
      services: new Promise<readonly PlannedService[]>((resolve) => {
        // The program creates the components of a host in one go.
        setImmediate(() => {
          if (OPEN.has(this)) resolve(plannedServices(this.now));
        });
      }),
      get sendsPings() {
        return offered(current(), "sendsPings").includes(true);
      },
      get addressNeeds() {
        return current().settings.addressNeeds;
      },
    };
  }

  /** Called by the host that it describes. */
  belongsTo(host: CheckedHost, name: string): void {
    COMPOSITIONS.set(host, this);
    this.host = host;
    setImmediate(() => {
      if (OPEN.delete(this)) host.complete(name);
    });
  }

  get settings(): HostSettings {
    return this.now.settings;
  }

  /** What components that follow may use. */
  offer(created: Created): void {
    this.created = { ...this.created, ...created };
  }

  /**
   * Adds a component; gives the arguments of its class.
   *
   * @throws RunError that lists all problems
   */
  add<Args>(part: Part<Args>): Args {
    return this.refusing(() => this.added(part));
  }

  private refusing<T>(create: () => T): T {
    try {
      return create();
    } catch (error) {
      OPEN.clear();
      throw error;
    }
  }

  private added<Args>(part: Part<Args>): Args {
    const { title, service, own, created = {}, elsewhere = [] } = part;
    if (!OPEN.has(this))
      throw stop(
        title,
        `is created too late; create it right after ${this.title}, with no await between them`,
      );
    const same = this.parts.find((other) => other.service === service);
    if (same !== undefined)
      throw stop(title, `${this.title} has ${same.title} already; remove one of the two`);
    const [before] = this.parts;
    if (part.isFirst && before !== undefined)
      throw stop(
        title,
        `is created after ${before.title}, which needs it; create it right after ${this.title}`,
      );
    this.offer(created);
    this.elsewhere.push(...elsewhere);
    this.entry = { ...this.entry, ...part.written };
    this.now = this.resolve(title, own, [...this.parts.map((other) => other.service), service]);
    const changed = this.parts.find(({ args, given }) => comparable(args(this.placement)) !== given);
    if (changed !== undefined)
      throw stop(
        title,
        `changes what ${changed.title} was created with; create ${changed.title} later, or write the settings that both need at ${this.title}`,
      );
    const args = part.args(this.placement);
    this.parts.push({ ...part, given: comparable(args) });
    Object.assign(this.builds, this.now.settings.builds);
    return args;
  }

  private get placement(): Placement {
    const host = this.host;
    if (host === undefined) throw stop(this.title, "is not created yet");
    return { ...this.now, name: this.title, host, others: [], created: this.created };
  }

  private resolve(title: string, own?: SectionName, services: readonly PlacedService[] = []): WiredHost {
    const others = Object.entries(UNCOMPOSED).filter(([name]) => !(name in this.entry));
    const given = { ...Object.fromEntries(others), host: this.entry };
    const [settings] = settingsOf(title, given, this.context, (path) => within(own, path)).hosts;
    if (settings === undefined) throw stop(title, "has no host");
    const ordered = SERVICES.filter((service) => services.includes(service));
    return wire(settings, [settings, ...this.elsewhere], ordered);
  }
}

/** A setting of a host's entry as the component names it. */
function within(own: SectionName | undefined, path: Path): Path {
  const [first, section, ...below] = path;
  if (first !== "host" || section === undefined) return path;
  return section === own && below.length > 0 ? below : [section, ...below];
}

function stop(title: string, text: string): Error {
  return Object.assign(new pulumi.RunError(`${title}: ${text}`), { stack: "" });
}

/** As text, without resources and what is known only when they are deployed. */
function comparable(args: unknown): string {
  return JSON.stringify(plain(args));
}

function plain(value: unknown): unknown {
  if (pulumi.Resource.isInstance(value) || pulumi.Output.isInstance(value)) return undefined;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Asks each program of this computer only once. */
function remembering(context: Context): Context {
  let agent: ReturnType<Context["agent"]> | undefined;
  const asked = new Map<string, ReturnType<Context["sshConfig"]>>();
  return {
    ...context,
    agent: () => (agent ??= context.agent()),
    sshConfig: (to) => {
      const key = JSON.stringify(to);
      const answer = asked.get(key) ?? context.sshConfig(to);
      asked.set(key, answer);
      return answer;
    },
  };
}

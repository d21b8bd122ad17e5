// The hosts of a stack's state: how to reach them, and what was applied there.

import type { Connection, Route } from "../connection/connection";

/** One command as it was run on a host, with what it read; enough to run it again. */
export interface Step {
  readonly script: string;
  readonly input: string;
}

export interface DeployedService {
  readonly name: string;
  readonly bundle: string;
  /** Full names of the secrets that it reads, in the bundle's order. */
  readonly secrets: readonly string[];
  /** Absent for the network. */
  readonly image?: string;
  /** Whether it has a data volume. */
  readonly data: boolean;
}

export interface GrafanaLogin {
  readonly user: string;
  readonly password: string;
}

export interface DeployedHost {
  readonly name: string;
  readonly connection: Connection;
  readonly runner: { readonly text: string; readonly install: readonly Step[] };
  /** The network first: the others need it. */
  readonly services: readonly DeployedService[];
  /** By full name, as in the bundles. */
  readonly secrets: Readonly<Record<string, Step>>;
  readonly grafana?: GrafanaLogin;
}

type Values = Readonly<Record<string, unknown>>;

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly delete?: boolean;
  readonly dependencies?: readonly string[];
  readonly inputs?: Values;
  readonly outputs?: Values;
}

const REMOTE_COMMAND = "command:remote:Command";
const LOCAL_COMMAND = "command:local:Command";

/** The name of every command that installs a runner ends so. */
const RUNNER = "-runner";

/**
 * Reads what `pulumi stack export --show-secrets` prints.
 *
 * @throws Error when the stack has nothing deployed, or not by Podwatch
 */
export function readState(text: string, stack: string): DeployedHost[] {
  const exported = JSON.parse(text) as { deployment?: { resources?: Resource[] } };
  const resources = (exported.deployment?.resources ?? [])
    .filter((resource) => !resource.delete)
    .map(revealed);
  // One that creates nothing only guards removals.
  const commands = resources.filter(
    ({ type, inputs }) => (type === REMOTE_COMMAND || type === LOCAL_COMMAND) && inputs?.create !== undefined,
  );
  const runners = commands.filter(({ urn }) => nameOf(urn).endsWith(RUNNER));
  if (runners.length === 0) {
    throw new Error(`the stack ${stack} has no hosts: run pulumi up --stack ${stack} first`);
  }
  return runners
    .map((runner) => {
      const own = commands.filter(({ dependencies = [] }) => dependencies.includes(runner.urn));
      return readHost(runner, own, resources);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readHost(runner: Resource, own: readonly Resource[], resources: readonly Resource[]): DeployedHost {
  const staged = (of: Resource) => resources.find(({ urn }) => urn === `${of.urn}-bundle`);
  const read = (command: Resource) => field<string>(staged(command) ?? command, "stdin");
  const grafana = resources.find(
    ({ type, urn }) => type === "podwatch:index:Grafana" && own.some(({ parent }) => parent === urn),
  );
  const services = own.flatMap((command) => {
    const [, name] = /\/runner apply ([a-z0-9-]+)/.exec(field<string>(command, "create")) ?? [];
    return name === undefined ? [] : [readService(name, read(command))];
  });
  const name = nameOf(runner.urn).slice("podwatch-".length, -RUNNER.length);
  return {
    name,
    connection: readConnection(name, runner),
    runner: {
      text: read(runner),
      install: [staged(runner), runner].flatMap((command) => (command ? [step(command)] : [])),
    },
    services: services.sort((a, b) => order(a).localeCompare(order(b))),
    secrets: Object.fromEntries(
      own.flatMap((command) => {
        const [, name] = /\/runner put-secret ([A-Za-z0-9._-]+)/.exec(field<string>(command, "create")) ?? [];
        return name === undefined ? [] : [[`podwatch-${name}`, step(command)]];
      }),
    ),
    ...(grafana === undefined
      ? {}
      : {
          grafana: {
            user: String(grafana.outputs?.adminUser),
            password: String(grafana.outputs?.adminPassword),
          },
        }),
  };
}

function readConnection(name: string, runner: Resource): Connection {
  const remove = field<string>(runner, "delete");
  const scope = remove.includes("/var/lib/podwatch/runner") ? "rootful" : "rootless";
  const common = { name, route: readRoute(runner), scope } as const;
  if (remove.includes("read -r password")) {
    const sudoPassword = field<string>(runner, "stdin").replace(/\n$/, "");
    return { ...common, rights: "sudo-with-password", sudoPassword };
  }
  return { ...common, rights: remove.includes("sudo -n ") ? "sudo" : "own" };
}

function readRoute(runner: Resource): Route {
  if (runner.type !== LOCAL_COMMAND) {
    return field<Route>(runner, "connection");
  }
  const [, machine, user] = field<readonly unknown[]>(runner, "triggers");
  return { machine: String(machine), user: String(user) };
}

function readService(name: string, bundle: string): DeployedService {
  const head = bundle.slice(0, bundle.indexOf("\npart "));
  const [, image] = /^image (.+)$/m.exec(head) ?? [];
  return {
    name,
    bundle,
    ...(image === undefined ? {} : { image }),
    secrets: [...head.matchAll(/^secret (.+)$/gm)].map(([, secret = ""]) => secret),
    data: /^data /m.test(head),
  };
}

function order({ name }: DeployedService): string {
  return name === "network" ? "" : name;
}

function step(command: Resource): Step {
  return { script: field<string>(command, "create"), input: field<string>(command, "stdin") };
}

function field<T>({ urn, inputs }: Resource, key: string): T {
  const value = inputs?.[key];
  if (value === undefined) {
    throw new Error(`the state has no ${key} of ${nameOf(urn)}: run pulumi up`);
  }
  return value as T;
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function revealed(resource: Resource): Resource {
  return {
    ...resource,
    inputs: reveal(resource.inputs ?? {}) as Values,
    outputs: reveal(resource.outputs ?? {}) as Values,
  };
}

/** How the export marks a secret; its `plaintext` is JSON. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

function reveal(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reveal);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const { [SIGNATURE]: signature, plaintext } = value as Values;
  if (signature !== undefined && typeof plaintext === "string") {
    return reveal(JSON.parse(plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

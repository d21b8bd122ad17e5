// The hosts of a stack's state: how to reach them, and what was applied there.

import type { Connection } from "../connection/connection";
import { type HostRecord, stagingOf } from "../connection/record";
import { digestOf, handOverCommand, runnerProgram } from "../lib/handOver";
import { digestIn } from "../lib/runner";
import { type ExternalObject, externalObjects } from "./externalGrafana";
import { formerRecords } from "./formerState";
import { field, isCommand, nameOf, type Resource, readResources } from "./resources";

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

export interface DeployedRunner {
  readonly digest: string;
  /** Absent where another version of Podwatch has put it there, whose program is not known here. */
  readonly install?: readonly Step[];
}

export interface GrafanaLogin {
  readonly user: string;
  readonly password: string;
}

export interface DeployedHost {
  readonly name: string;
  readonly connection: Connection;
  readonly engine: HostRecord["engine"];
  readonly runner: DeployedRunner;
  /** Those that others need come first. */
  readonly services: readonly DeployedService[];
  /** By full name, as in the bundles. */
  readonly secrets: Readonly<Record<string, Step>>;
  readonly grafana?: GrafanaLogin;
  /** What it has in a Grafana of somebody else's. */
  readonly external?: readonly ExternalObject[];
  readonly front?: HostRecord["front"];
  readonly checks?: HostRecord["checks"];
  /** For the front, if it wants one. */
  readonly frontToken?: string;
}

const HOST = "podwatch:index:Host";

/**
 * Reads what `pulumi stack export --show-secrets` prints.
 *
 * @throws Error when the stack has nothing deployed, or not by Podwatch
 */
export function readState(text: string, stack: string): DeployedHost[] {
  const resources = readResources(text);
  const commands = resources.filter(isCommand);
  const recorded = resources.filter(({ type }) => type === HOST).flatMap(recordIn);
  const former = formerRecords(commands).filter(
    ({ runner }) => !recorded.some((other) => other.runner === runner),
  );
  const hosts = [...recorded, ...former].flatMap((record) => readHost(record, commands, resources));
  if (
    hosts.length === 0 &&
    resources.some(({ type, outputs }) => type === HOST && outputs?.engine === "docker-api")
  ) {
    throw new Error(
      `the stack ${stack} has the engine docker-api, and no runner that could be asked; docker ps and docker logs say what its containers do (docs/engines.md)`,
    );
  }
  if (hosts.length === 0) {
    throw new Error(`the stack ${stack} has no hosts: run pulumi up --stack ${stack} first`);
  }
  return hosts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a Host component recorded, if this version or a later one made it. */
function recordIn({ outputs = {} }: Resource): HostRecord[] {
  return typeof outputs.runner === "string" && typeof outputs.connection === "object"
    ? [outputs as unknown as HostRecord]
    : [];
}

/** Nothing if there is no runner: the host was not deployed to its end, or is being removed. */
function readHost(
  record: HostRecord,
  commands: readonly Resource[],
  resources: readonly Resource[],
): DeployedHost[] {
  const runner = commands.find(({ urn }) => nameOf(urn) === record.runner);
  if (runner === undefined) {
    return [];
  }
  const own = commands.filter(({ dependencies = [] }) => dependencies.includes(runner.urn));
  const named = (name: string) => own.filter(({ urn }) => nameOf(urn) === name);
  const staged = (of: Resource) => commands.find(({ urn }) => urn === stagingOf(of.urn));
  const read = (command: Resource) => field<string>(staged(command) ?? command, "stdin");
  const grafana = resources.find(
    ({ type, urn }) => type === "podwatch:index:Grafana" && own.some(({ parent }) => parent === urn),
  );
  // Beside the commands of NGINX.
  const logIns = resources.find(
    ({ type, parent }) =>
      type === "podwatch:index:FrontLogIns" && own.some((command) => command.parent === parent),
  );
  const services = Object.entries(record.services).flatMap(([service, name]) =>
    named(name).map((command) => readService(service, read(command))),
  );
  const { connection, engine, front, checks } = record;
  const external = externalObjects(connection.name, resources);
  return [
    {
      name: connection.name,
      connection,
      engine,
      runner: readRunner(runner, staged(runner)),
      services: services.sort((a, b) => order(a).localeCompare(order(b))),
      secrets: Object.fromEntries(
        Object.entries(record.secrets).flatMap(([secret, name]) =>
          named(name).map((command) => [secret, step(command)]),
        ),
      ),
      ...(front === undefined ? {} : { front }),
      ...(external.length === 0 ? {} : { external }),
      ...(checks === undefined ? {} : { checks }),
      ...(logIns === undefined ? {} : { frontToken: String(logIns.outputs?.ownToken) }),
      ...(grafana === undefined
        ? {}
        : {
            grafana: {
              user: String(grafana.outputs?.adminUser),
              password: String(grafana.outputs?.adminPassword),
            },
          }),
    },
  ];
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

/** What the others need, in this order. */
const NEEDED = ["storage", "network"];

export function isNeeded({ name }: Pick<DeployedService, "name">): boolean {
  return NEEDED.includes(name);
}

function order(service: DeployedService): string {
  return isNeeded(service) ? ` ${NEEDED.indexOf(service.name)}` : service.name;
}

/**
 * By the command that installed it, and not by what Host recorded: where a deployment fails at another host, Pulumi keeps
 * the one and not the other.
 */
function readRunner(installed: Resource, staged: Resource | undefined): DeployedRunner {
  const digest = digestIn(field<string>(installed, "create"));
  if (digest === undefined) return readFormerRunner(staged === undefined ? [installed] : [staged, installed]);
  const program = runnerProgram();
  if (digestOf(program.text) !== digest) return { digest };
  const handOver = { script: handOverCommand(program), input: program.text };
  return { digest, install: [handOver, step(installed)] };
}

/** @param commands of a former version; the first has the program */
function readFormerRunner(commands: readonly Resource[]): DeployedRunner {
  const install = commands.map(step);
  return { digest: digestOf(install[0]?.input ?? ""), install };
}

function step(command: Resource): Step {
  return { script: field<string>(command, "create"), input: field<string>(command, "stdin") };
}

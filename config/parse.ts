// Turns a stack file into validated, complete settings, or a list of all its problems. Does not depend on Pulumi.
import { checkOrigins, checkPlaces } from "../components/checks/resolve";
import { checkNames } from "../components/grafana/names.resolve";
import { checkReach } from "../components/grafana/reach.resolve";
import { resolveNetwork } from "../components/network/resolve";
import { checkOpenFronts } from "../components/nginx/open.resolve";
import { checkModes } from "../components/prometheus/mode.resolve";
import { checkStores } from "../components/victoriametrics/reach.resolve";
import { checkAuthorities } from "../components/vmauth/authorities.resolve";
import { isLocal, type SshRoute } from "../connection/connection";
import { docker } from "../engines/docker/engine";
import { dockerApi } from "../engines/docker-api/engine";
import type { Engine } from "../engines/engine";
import { podman } from "../engines/podman/engine";
import { canonicalAddress, hasUnknown } from "../lib/address";
import { characterProblems, treeWithLineFeeds } from "./characters";
import type { Context } from "./context";
import { resolveMachines, withMachines } from "./machines";
import { placeholderProblems } from "./placeholders";
import { type Path, type Problem, type Report, samePath, show, tidy } from "./problem";
import {
  type Asking,
  asking,
  checkWatches,
  clientsOf,
  inClusterWith,
  labelsOf,
  scrapersOf,
  storesBeside,
  watchersOf,
} from "./resolve/asking";
import { type Entry, resolveConnection, someAccess, someLogin, waitOf } from "./resolve/connection";
import { checkBuilds, checkDaemons, NOT_REACHED } from "./resolve/daemon";
import { checkEngines } from "./resolve/engine";
import { checkGroups, grouped } from "./resolve/groups";
import { checkPolicy } from "./resolve/policy";
import { applies, checkJobsAtFronts, checkNodeJobs, checkOwnSections, roleOf } from "./resolve/roles";
import { resolveServices } from "./resolve/services";
import { type HostSettings, type Settings, singleHost, stack } from "./schema";
import { exposedSecretProblems, plainSecretProblems, uselesslyEncrypted, withoutEncrypted } from "./secrets";
import type { HostBasics } from "./section";
import { mention, shapeProblems, soundParts } from "./shape";
import { withSshConfig } from "./sshConfig";
import { withSwitches } from "./switches";
import { isGroup, type Tree, valueAt } from "./walk";

export type Parsed = { settings: Settings } | { problems: Problem[] };

/**
 * @param given the values below the namespace, objects already decoded
 * @param only what runs the services of every host, whatever the stack file says
 */
export function parse(given: Tree, context: Context, only?: Engine): Parsed {
  const { filled, problems: machineProblems } = withMachines(
    treeWithLineFeeds(stack, withSwitches(given)),
    context.addresses,
  );
  const { filled: raw, problems: sshProblems } = withSshConfig(filled, context);
  const plainSecrets = plainSecretProblems(raw, context);
  // A number in place of a secret has the wrong type only because it is not encrypted.
  const numbers = plainSecrets.filter(({ path }) => typeof valueAt(raw, path) !== "string");
  const shape = shapeProblems(stack, raw, context.isSecret).filter(
    ({ path }) => !numbers.some((other) => samePath(other.path, path)),
  );
  const problems = [
    ...characterProblems(stack, raw, (path, value) => mention(stack, path, value, context.isSecret)),
    ...shape,
    ...numbers,
    ...exposedSecretProblems(raw),
    ...placeholderProblems(stack, raw),
    ...sshProblems,
    ...machineProblems,
  ];
  const report = reporter(problems);
  problems.push(...plainSecrets);
  const sound = soundParts(stack, raw);
  const entries = hostEntries(raw, sound, report);
  checkGroups(
    sound,
    entries.map((entry) => ({ grouped: entry, applies: (name) => applies(entry.services, name) })),
    report,
  );
  const { machines, of } = resolveMachines(sound, entries, report);
  const all = asking(sound, entries, context.self().hostname);
  checkWatches(entries, all, report);
  const engines = entries.map((entry) => ({
    ...entry,
    engine: only ?? engineOf(entry.sound.engine, sound.engine),
  }));
  const hosts = engines.map((entry) => resolveHost(entry, entries, raw, sound, all, context, report));
  checkAddresses(entries, report);
  checkDaemons(
    engines.filter(({ engine }) => engine === dockerApi),
    entries,
    raw,
    report,
  );
  checkEngines(sound, engines, report);
  const placed = entries.flatMap((entry, index) => {
    const settings = hosts[index];
    const machine = of(entry.name);
    return settings === undefined
      ? []
      : [{ ...entry, settings: machine === undefined ? settings : { ...settings, machine } }];
  });
  checkNodeJobs(
    placed.map(({ settings }) => settings),
    entries,
    report,
  );
  checkJobsAtFronts(placed, report);
  checkModes(placed, sound, report);
  checkNames(placed, report);
  checkReach(placed, report);
  checkStores(placed, report);
  checkAuthorities(placed, report);
  checkBuilds(placed, report);
  checkOrigins(placed, report);
  checkPlaces(placed, report);
  checkOpenFronts(placed, sound, report);
  const exceptions = checkPolicy(sound, placed, report);
  const connected = placed.map((host) => resolveNetwork(host, placed, report));
  const known = problems.filter(({ text }) => !hasUnknown(text) && context.isUnknown?.(text) !== true);
  const told = withoutEncrypted(known, raw, context);
  told.push(...uselesslyEncrypted(context, told));
  if (told.length > 0) return { problems: tidy(told) };
  return {
    settings: freeze({
      hosts: connected,
      ...(machines === undefined ? {} : { machines }),
      ...(exceptions.length > 0 ? { exceptions } : {}),
    }),
  };
}

/** Adds a problem, except for a value (or a list of values) that is invalid anyway. */
function reporter(problems: Problem[]): Report {
  const wrong = problems.map((problem) => problem.path);
  return (path, text) => {
    const known = wrong.some(
      (other) =>
        samePath(other, path) || (typeof other.at(-1) === "number" && samePath(other.slice(0, -1), path)),
    );
    if (!known) problems.push({ path, text });
  };
}

function hostEntries(raw: Tree, sound: Tree, report: Report): Entry[] {
  const { host, hosts } = raw;
  if (host !== undefined && hosts !== undefined) {
    report(
      ["host"],
      "is set together with podwatch:hosts; keep podwatch:host for one host or podwatch:hosts for several",
    );
  }
  const byDaemon = host === undefined && hosts === undefined && engineOf(sound.engine) === dockerApi;
  if (host === undefined && hosts === undefined && !byDaemon) {
    report(
      ["host"],
      "is missing; say where to deploy, such as: pulumi config set --path podwatch:host.address ADDRESS (Pulumi.prod.yaml shows the rest)",
    );
  }
  if (isGroup(hosts) && Object.keys(hosts).length === 0) {
    report(["hosts"], "names no host; write one `name:` a line and the host's settings below it");
  }
  const single = isGroup(sound.host) ? sound.host : byDaemon ? {} : undefined;
  const many = isGroup(sound.hosts) ? Object.entries(sound.hosts) : [];
  const found = [
    ...(single === undefined
      ? []
      : [{ name: String(single.name ?? defaultName), path: ["host"], sound: single }]),
    ...many.flatMap(([name, entry]) =>
      isGroup(entry) ? [{ name, path: ["hosts", name], sound: entry }] : [],
    ),
  ];
  return found.map((own) => {
    const entry = { ...own, ...grouped(own, sound, report) };
    checkOwnSections(own, entry, report);
    return entry;
  });
}

const defaultName = singleHost.shape.name.parse(undefined);

function resolveHost(
  entry: Entry & { readonly engine: Engine },
  entries: readonly Entry[],
  raw: Tree,
  sound: Tree,
  all: readonly Asking[],
  context: Context,
  report: Report,
): HostSettings | undefined {
  const access = someAccess.parse(entry.sound);
  const local = access.connection === "local";
  const { engine } = entry;
  const byDaemon = engine === dockerApi;
  const become = byDaemon || (access.become ?? true);
  const connection = byDaemon ? NOT_REACHED : resolveConnection(access, entry, entries, raw, context, report);

  const role = roleOf(entry.services);
  const basics = {
    role,
    services: entry.services,
    become,
    hostServices: engine.can.hostServices,
    grouped: entry.groups !== undefined,
    watchers: watchersOf(entry, all),
    clients: clientsOf(entry, all),
    inCluster: inClusterWith(entry, all),
    stores: storesBeside(entry, all),
    scrapers: scrapersOf(all),
    address: local ? context.self().hostname : (access.address ?? "localhost"),
    ...jumps(entry, entries),
    ...(connection === undefined || isLocal(connection) ? {} : { logIn: logInOf(connection) }),
  };
  const services = resolveServices(sound, entry, basics, context, report);
  if (connection === undefined || services === undefined) return undefined;
  const waitForConnection = waitOf(access, connection, context);
  return {
    name: entry.name,
    role,
    ...(entry.groups === undefined ? {} : { groups: entry.groups }),
    labels: labelsOf(entry),
    containerEngine: engine,
    connection,
    ...(basics.via === undefined ? {} : { via: basics.via.name }),
    ...(waitForConnection === undefined ? {} : { waitForConnection }),
    become,
    ...(access.becomePassword === undefined ? {} : { becomePassword: access.becomePassword }),
    addressNeeds: [],
    ...services,
  };
}

const ENGINES = { podman, docker, "docker-api": dockerApi };

/** @param sections in the host's entry, or in one of its groups; in the stack */
function engineOf(...sections: unknown[]): Engine {
  const named = sections.find((section) => isGroup(section) && section.name !== undefined);
  const name = isGroup(named) ? (named.name as keyof typeof ENGINES) : "podman";
  return ENGINES[name] ?? podman;
}

/** Through which host it is reached, and whether others are through it. */
function jumps({ name, sound }: Entry, entries: readonly Entry[]): Pick<HostBasics, "via" | "isJumpHost"> {
  const isJumpHost = entries.some((other) => other.name !== name && other.sound.via === name);
  const jump = entries.find((other) => other.name !== name && other.name === sound.via);
  if (jump === undefined) return { isJumpHost };
  return {
    isJumpHost,
    via: { name: jump.name, address: someAccess.parse(jump.sound).address ?? "localhost" },
  };
}

function logInOf({ user = "root", password, agentSocketPath }: SshRoute): NonNullable<HostBasics["logIn"]> {
  return { user, by: password !== undefined ? "password" : agentSocketPath !== undefined ? "agent" : "key" };
}

/** Two deployments on one machine would overwrite each other. */
function checkAddresses(entries: readonly Entry[], report: Report): void {
  const seen = new Map<string, Path>();
  const locals = entries.filter(({ sound }) => sound.connection === "local");
  for (const { path } of locals.slice(1)) {
    report(
      [...path, "connection"],
      `"local" is also what ${show(locals[0]?.path ?? [])} says, and this is one machine; keep one of the two hosts`,
    );
  }
  for (const { sound, path } of entries) {
    const { address, port } = someLogin.parse(sound);
    if (address === undefined || port === undefined) continue;
    const place = `${canonical(address)} ${port}`;
    const other = seen.get(place);
    seen.set(place, other ?? path);
    if (other !== undefined) {
      const text = `${JSON.stringify(address)} with port ${port} is also the address of ${show(other)}; remove one of the two hosts or correct its address`;
      report([...path, "address"], text);
    }
  }
}

function canonical(address: string): string {
  return canonicalAddress(address.toLowerCase().replace(/\.$/, ""));
}

/** Deeply, so that validated settings cannot change. */
function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

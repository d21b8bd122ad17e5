// The backups that hosts make by themselves: what there is, and how it is restored.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { save } from "./backup";
import { type Answer, everywhere } from "./everywhere";
import type { Host } from "./host";
import { type Archive, writeManifest } from "./manifest";
import { exitCode, perHost, type Report } from "./outcome";
import { reportRestored, restore } from "./restore";
import type { DeployedHost } from "./state";
import { table } from "./table";

/** Name of the service that makes them. */
export const BACKUP = "backup";

/** The latest of each service. */
export const LATEST = "latest";

/** A run: all services of a host, saved one after another. */
export interface Saved {
  /** When it was begun, in UTC, which is its name. */
  readonly run: string;
  readonly service: string;
  readonly bytes: number;
}

/** What restic prints of its snapshots. */
const SNAPSHOTS = z.array(
  z.object({
    tags: z.array(z.string()).default([]),
    paths: z.array(z.string()),
    summary: z.object({ total_bytes_processed: z.number() }).optional(),
  }),
);

/** The backups of each host, the latest last. */
export async function backups(hosts: readonly DeployedHost[]): Promise<Report> {
  const makers = hosts.filter(makesBackups);
  if (makers.length === 0) throw new Error("no host makes backups by itself: set podwatch:backup");
  const answers = await everywhere(makers, { doing: "backups" }, async (host) =>
    readSaved(await host.call(["saved", BACKUP, host.deployed.name])),
  );
  const rows = answers.flatMap((answer) =>
    answer.error === undefined
      ? answer.value.map(({ run, service, bytes }) => [answer.host.name, run, service, String(bytes)])
      : [],
  );
  return {
    text: table(["HOST", "SNAPSHOT", "SERVICE", "BYTES"], rows) + errors(answers),
    json: { hosts: perHost(answers, (saved) => ({ backups: saved }), []) },
    exitCode: exitCode(answers, 0),
  };
}

export function readSaved(text: string): Saved[] {
  return SNAPSHOTS.parse(JSON.parse(text))
    .map(({ tags: [run = ""], paths: [path = ""], summary }) => ({
      run,
      service: path.replace(/^\/data\//, ""),
      bytes: summary?.total_bytes_processed ?? 0,
    }))
    .sort((a, b) => (`${a.run} ${a.service}` < `${b.run} ${b.service}` ? -1 : 1));
}

export interface RestoreSavedOptions {
  /** Name of a run, or `latest`. */
  readonly snapshot: string;
  readonly fromHost?: string | undefined;
  readonly service?: string | undefined;
  readonly force: boolean;
}

/**
 * Restores backups to hosts.
 *
 * @param all hosts of the stack, one of which may have the backups of another
 */
export async function restoreSaved(
  hosts: readonly DeployedHost[],
  all: readonly DeployedHost[],
  options: RestoreSavedOptions,
): Promise<Report> {
  const { snapshot, fromHost, force } = options;
  if (!/^(latest|\d{8}T\d{6}Z)$/.test(snapshot)) {
    throw new Error(
      `--snapshot ${JSON.stringify(snapshot)} is none: write latest, or one that npm run backups lists`,
    );
  }
  if (fromHost !== undefined && !/^[a-z][a-z0-9-]*$/.test(fromHost)) {
    throw new Error(`--from-host ${JSON.stringify(fromHost)} is not the name of a host`);
  }
  const source = all.find(({ name }) => name === fromHost);
  if (source !== undefined && !hosts.includes(source) && makesBackups(source) && inDirectory(source)) {
    return restoreFromHost(hosts, source, options);
  }
  const answers = await everywhere(hosts, { doing: "restore" }, async (host) => {
    const from = fromHost ?? host.deployed.name;
    const restored: string[] = [];
    for (const service of wanted(host.deployed, host.deployed, options)) {
      const words = ["restore-saved", BACKUP, from, snapshot, service, ...(force ? ["force"] : [])] as const;
      const input = from === host.deployed.name ? "" : passwordOf(source);
      await named(service, () => host.call([...words], { input }));
      restored.push(service);
    }
    return restored;
  });
  return reportRestored(answers);
}

/** Backups in a directory of another host go through this machine. */
async function restoreFromHost(
  hosts: readonly DeployedHost[],
  source: DeployedHost,
  options: RestoreSavedOptions,
): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), "podwatch-restore-"));
  const services = [...new Set(hosts.flatMap((host) => wanted(source, host, options)))];
  try {
    const [answer] = await everywhere([source], { doing: "backup" }, async (host) => {
      const archives: Archive[] = [];
      for (const service of services) archives.push(await fetchSaved(host, service, options, directory));
      return archives;
    });
    if (answer === undefined || answer.error !== undefined) {
      throw new Error(`host ${source.name}: ${answer?.error}`);
    }
    await writeManifest(directory, answer.value);
    return await restore(hosts, { ...options, from: directory, fromHost: source.name });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function fetchSaved(host: Host, service: string, { snapshot }: RestoreSavedOptions, directory: string) {
  const deployed = host.deployed.services.find(({ name }) => name === service);
  return save(host, { name: service, image: deployed?.image ?? "" }, directory, [
    "send-saved",
    BACKUP,
    host.deployed.name,
    snapshot,
    service,
  ]);
}

/** The services that one host saves and another one has. */
function wanted(
  from: DeployedHost,
  to: DeployedHost,
  { service }: Pick<RestoreSavedOptions, "service">,
): string[] {
  if (!makesBackups(from)) {
    throw new Error("it makes no backups by itself: set podwatch:backup, or name a directory with --from");
  }
  const saved = [...job(from).matchAll(/^ {2}service (.+)$/gm)].map(([, name = ""]) => name);
  const found = to.services
    .filter(({ name, data }) => data && saved.includes(name) && (service === undefined || name === service))
    .map(({ name }) => name);
  if (found.length === 0) {
    throw new Error(
      `no backup is made of ${service === undefined ? "its data" : JSON.stringify(service)}, but of ${saved.join(", ")}`,
    );
  }
  return found;
}

function job({ services }: DeployedHost): string {
  return services.find(({ name }) => name === BACKUP)?.bundle ?? "";
}

const makesBackups = (host: DeployedHost) => job(host) !== "";

const inDirectory = (host: DeployedHost) => /^ {2}directory /m.test(job(host));

/** The password of another host's backups, as it was sent to that host; nothing if it is not in the stack any more. */
function passwordOf(host: DeployedHost | undefined): string {
  const { input = "" } = host?.secrets[`podwatch-${BACKUP}-password`] ?? {};
  return input.replace(/^[\s\S]*?podwatch-secret \d+\n/, "");
}

async function named<T>(service: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${service}: ${(error as Error).message}`);
  }
}

function errors(answers: ReadonlyArray<Answer<unknown>>): string {
  return answers
    .flatMap(({ host, error }) => (error === undefined ? [] : [`host ${host.name}: ${error}\n`]))
    .join("");
}

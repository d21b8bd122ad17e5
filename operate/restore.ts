import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type Answer, everywhere } from "./everywhere";
import { type Archive, readManifest, verifyArchive } from "./manifest";
import { exitCode, perHost, type Report } from "./outcome";
import type { DeployedHost } from "./state";

export interface RestoreOptions {
  /** The directory of a backup. */
  readonly from: string;
  /** Name that the host had when the backup was made; default: the same as now. */
  readonly fromHost?: string | undefined;
  /** Only this service. */
  readonly service?: string | undefined;
  /** Whether existing data may be replaced. */
  readonly force: boolean;
}

/** Restores backups to hosts. Every archive is verified before the first host is changed. */
export async function restore(hosts: readonly DeployedHost[], options: RestoreOptions): Promise<Report> {
  const archives = await readManifest(options.from);
  const chosen = new Map(hosts.map((host) => [host.name, choose(host, archives, options)]));
  for (const archive of new Set([...chosen.values()].flat())) {
    await verifyArchive(options.from, archive);
  }
  const answers = await everywhere(hosts, { doing: "restore" }, async (host) => {
    const restored: string[] = [];
    for (const { service, file, sha256 } of chosen.get(host.deployed.name) ?? []) {
      try {
        const input = createReadStream(join(options.from, file));
        await host.call(["restore", service, sha256, ...(options.force ? ["force"] : [])], { input });
      } catch (error) {
        throw new Error(`${service}: ${(error as Error).message}`);
      }
      restored.push(service);
    }
    return restored;
  });
  return reportRestored(answers);
}

export function reportRestored(answers: ReadonlyArray<Answer<string[]>>): Report {
  return {
    text: answers
      .map(
        ({ host, ...answer }) =>
          `host ${host.name}: ${answer.error ?? `restored ${answer.value.join(", ")}`}\n`,
      )
      .join(""),
    json: {
      hosts: perHost(answers, (restored) => ({ restored }), []),
    },
    exitCode: exitCode(answers, 0),
  };
}

/** The archives for a host. */
export function choose(
  host: DeployedHost,
  archives: readonly Archive[],
  { fromHost = host.name, service }: Pick<RestoreOptions, "fromHost" | "service">,
): Archive[] {
  const found = archives.filter(
    (one) => one.host === fromHost && (service === undefined || one.service === service),
  );
  if (found.length === 0) {
    const held = archives.map((one) => `${one.service} of ${one.host}`).join(", ") || "nothing";
    const wanted = `${service === undefined ? "data" : service} of ${fromHost}`;
    throw new Error(
      `the backup has no ${wanted}, it has ${held}: choose with --from-host, --host and --service`,
    );
  }
  return found;
}

import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import type { RunnerWords } from "../lib/runner";
import { readArchive } from "./archive";
import { type Answer, everywhere } from "./everywhere";
import type { Host } from "./host";
import { type Archive, writeManifest } from "./manifest";
import { exitCode, perHost, type Report } from "./outcome";
import type { DeployedHost, DeployedService } from "./state";

/** Copies the data of all services into a new directory that only its owner can read. */
export async function backup(
  hosts: readonly DeployedHost[],
  directory: string,
  service: string | undefined,
): Promise<Report> {
  const some = hosts.some(({ services }) => services.some((one) => isWanted(one, service)));
  if (!some) {
    throw new Error(
      service === undefined
        ? "no service has data"
        : `there is no service ${JSON.stringify(service)} with data`,
    );
  }
  await makeDirectory(directory);
  const archives: Archive[] = [];
  const answers = await everywhere(hosts, { doing: "backup" }, async (host) => {
    const own: Archive[] = [];
    // Sequentially: each is stopped while it is copied.
    for (const one of host.deployed.services.filter((candidate) => isWanted(candidate, service))) {
      own.push(await save(host, one, directory));
      archives.push(...own.slice(-1));
    }
    return own;
  });
  await writeManifest(directory, archives);
  return reportBackup(answers);
}

function isWanted({ name, data }: DeployedService, service: string | undefined): boolean {
  return data && (service === undefined || name === service);
}

async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0) {
    throw new Error(`--to ${JSON.stringify(directory)} is not empty: name a new directory`);
  }
}

/** An archive gets this name only once it is verified; until then it has a suffix. */
const UNPROVEN = ".part";

/**
 * Copies what a host sends of a service into a directory.
 *
 * @param words that make its runner send it; default: those for the data as they are now
 */
export async function save(
  host: Host,
  { name, image = "" }: Pick<DeployedService, "name" | "image">,
  directory: string,
  words: RunnerWords = ["backup", name],
): Promise<Archive> {
  const file = `${host.deployed.name}-${name}.tar`;
  const path = join(directory, file);
  const time = new Date().toISOString();
  const part = path + UNPROVEN;
  try {
    const output = createWriteStream(part, { flags: "wx", mode: 0o600 });
    await host.call(words, { output });
    output.end();
    await finished(output);
    const sent = await cutSeal(part);
    // The verification reads it back from disk.
    const { bytes, sha256, problem } = await readArchive(part);
    if (sha256 !== sent) {
      throw new Error("what arrived differs from what was sent: its SHA-256 does not match");
    }
    if (problem !== undefined) {
      throw new Error(`what the host sent cannot be restored: ${problem}`);
    }
    await rename(part, path);
    return { host: host.deployed.name, service: name, image, time, file, bytes, sha256 };
  } catch (error) {
    await rm(part, { force: true });
    throw new Error(`${name}: ${(error as Error).message}; nothing was kept of it`);
  }
}

/** The line that the runner sends after an archive. */
const SEAL = /^podwatch-archive ([0-9a-f]{64})\n$/;
const SEAL_LENGTH = "podwatch-archive \n".length + 64;

/** Removes the seal from the end of a file, and returns its digest. */
async function cutSeal(path: string): Promise<string> {
  const handle = await open(path, "r+");
  try {
    const length = Math.max(0, (await handle.stat()).size - SEAL_LENGTH);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(SEAL_LENGTH), position: length });
    const [, sha256] = SEAL.exec(buffer.subarray(0, bytesRead).toString("latin1")) ?? [];
    if (sha256 === undefined) {
      throw new Error(
        "the archive came without its digest: it was cut off, or the runner on the host is older than this command (run pulumi up)",
      );
    }
    await handle.truncate(length);
    await handle.sync();
    return sha256;
  } finally {
    await handle.close();
  }
}

function reportBackup(answers: ReadonlyArray<Answer<Archive[]>>): Report {
  const lines = answers.flatMap((answer) =>
    answer.error === undefined
      ? answer.value.map(
          ({ service, file, bytes }) => `host ${answer.host.name}: ${service}: ${bytes} bytes in ${file}\n`,
        )
      : [`host ${answer.host.name}: ${answer.error}\n`],
  );
  return {
    text: lines.join(""),
    json: {
      hosts: perHost(answers, (archives) => ({ archives }), []),
    },
    exitCode: exitCode(answers, 0),
  };
}

import { createHash } from "node:crypto";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { type Answer, everywhere } from "./everywhere";
import type { Host } from "./host";
import { type Archive, writeManifest } from "./manifest";
import { exitCode, perHost, type Report } from "./outcome";
import type { DeployedHost, DeployedService } from "./state";

/** Copies the data of every service that has any into a new directory, which only its owner can read. */
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
    // One after the other: each is stopped while it is copied.
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

async function save(host: Host, { name, image = "" }: DeployedService, directory: string): Promise<Archive> {
  const file = `${host.deployed.name}-${name}.tar`;
  const path = join(directory, file);
  const time = new Date().toISOString();
  const handle = await open(path, "wx", 0o600);
  const hash = createHash("sha256");
  let bytes = 0;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      handle.appendFile(chunk).then(() => done(), done);
    },
  });
  try {
    await host.call(["backup", name], { output });
    await new Promise<void>((resolve, reject) => {
      output.on("error", reject).end(resolve);
    });
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw new Error(`${name}: ${(error as Error).message}`);
  } finally {
    await handle.close();
  }
  return { host: host.deployed.name, service: name, image, time, file, bytes, sha256: hash.digest("hex") };
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

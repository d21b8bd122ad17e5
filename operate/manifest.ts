import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readArchive } from "./archive";

const ARCHIVE = z.object({
  host: z.string(),
  service: z.string(),
  image: z.string(),
  /** Start of the backup, in ISO 8601. */
  time: z.string(),
  /** A tar archive beside the manifest. */
  file: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/),
  bytes: z.number(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const MANIFEST = z.object({ podwatchBackup: z.literal(1), archives: z.array(ARCHIVE) });

export type Archive = z.infer<typeof ARCHIVE>;

const NAME = "manifest.json";

export async function writeManifest(directory: string, archives: readonly Archive[]): Promise<void> {
  const path = join(directory, NAME);
  const text = `${JSON.stringify({ podwatchBackup: 1, archives }, null, 2)}\n`;
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** @throws Error when the directory holds no backup */
export async function readManifest(directory: string): Promise<Archive[]> {
  const path = join(directory, NAME);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new Error(`${path} cannot be read: name the directory that a backup was written to`);
  }
  try {
    return MANIFEST.parse(JSON.parse(text)).archives;
  } catch {
    throw new Error(`${path} is not the manifest of a backup`);
  }
}

/** @throws Error if an archive has changed since it was written, or was never valid */
export async function verifyArchive(directory: string, { file, sha256 }: Archive): Promise<void> {
  const path = join(directory, file);
  const found = await readArchive(path).catch((error: Error) => {
    throw new Error(`${path} cannot be read: ${error.message}`);
  });
  if (found.sha256 !== sha256) {
    throw new Error(`${path} was changed or truncated since the backup: its SHA-256 does not match`);
  }
  if (found.problem !== undefined) {
    throw new Error(`${path} was never a valid backup: ${found.problem}`);
  }
}

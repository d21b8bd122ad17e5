import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

const ARCHIVE = z.object({
  host: z.string(),
  service: z.string(),
  image: z.string(),
  /** When it was begun, in ISO 8601. */
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

/** @throws Error when an archive is not what it was when it was written */
export async function verifyArchive(directory: string, { file, sha256 }: Archive): Promise<void> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(join(directory, file)), hash);
  } catch (error) {
    throw new Error(`${join(directory, file)} cannot be read: ${(error as Error).message}`);
  }
  if (hash.digest("hex") !== sha256) {
    throw new Error(
      `${join(directory, file)} was changed or cut off since the backup: its SHA-256 is another`,
    );
  }
}

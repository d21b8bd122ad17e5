import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Archive, readManifest, verifyArchive, writeManifest } from "../../operate/manifest";
import { choose } from "../../operate/restore";
import { readState } from "../../operate/state";
import { exported, resources } from "./exported";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-manifest-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function archive(host: string, service: string, content = tar()): Archive {
  const file = `${host}-${service}.tar`;
  writeFileSync(join(directory, file), content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { host, service, image: "x:1", time: "2026-11-21T10:00:00Z", file, bytes: content.length, sha256 };
}

/** An archive with all kinds of entries, made by tar itself. */
function tar(format = "pax"): Buffer {
  const source = mkdtempSync(join(tmpdir(), "podwatch-tar-"));
  const long = "long-".repeat(format === "ustar" ? 15 : 40);
  mkdirSync(join(source, long));
  writeFileSync(join(source, long, "file"), "x".repeat(5000));
  writeFileSync(join(source, "empty"), "");
  symlinkSync("empty", join(source, "link"));
  linkSync(join(source, long, "file"), join(source, "hard"));
  const { stdout } = spawnSync("tar", ["-C", source, `--format=${format}`, "-cf", "-", "."], {
    maxBuffer: 1 << 20,
  });
  rmSync(source, { recursive: true });
  return stdout;
}

test("a manifest is read as it was written, and only its owner can read it", async () => {
  const archives = [archive("a", "grafana"), archive("a", "prometheus")];
  await writeManifest(directory, archives);
  expect(await readManifest(directory)).toEqual(archives);
  expect(statSync(join(directory, "manifest.json")).mode & 0o777).toBe(0o600);
});

test("a directory without a manifest, or with another's, is refused", async () => {
  await expect(readManifest(directory)).rejects.toThrow(
    "cannot be read: name the directory that a backup was written to",
  );
  writeFileSync(join(directory, "manifest.json"), '{"podwatchBackup":2,"archives":[]}');
  await expect(readManifest(directory)).rejects.toThrow("is not the manifest of a backup");
});

test("a manifest that leads out of its directory is refused", async () => {
  await writeManifest(directory, [{ ...archive("a", "grafana"), file: "../other.tar" }]);
  await expect(readManifest(directory)).rejects.toThrow("is not the manifest of a backup");
});

test("an archive that was changed, or is gone, is refused", async () => {
  const kept = archive("a", "grafana");
  await expect(verifyArchive(directory, kept)).resolves.toBeUndefined();
  writeFileSync(join(directory, kept.file), "dat");
  await expect(verifyArchive(directory, kept)).rejects.toThrow("was changed or truncated since the backup");
  rmSync(join(directory, kept.file));
  await expect(verifyArchive(directory, kept)).rejects.toThrow(/a-grafana.tar cannot be read/);
});

test.each(["pax", "gnu", "ustar"])("archives that tar makes (%s) are good", async (format) => {
  const content = tar(format);
  expect(content.length).toBeGreaterThan(5000);
  await expect(verifyArchive(directory, archive("a", "grafana", content))).resolves.toBeUndefined();
});

test.each([
  [
    "a line before it",
    (good: Buffer) => Buffer.concat([Buffer.from("hello\n"), good]),
    /it is not a tar archive: it begins with "hello\\n/,
  ],
  [
    "a line after it",
    (good: Buffer) => Buffer.concat([good, Buffer.from("bye\n")]),
    /it is truncated after 6 entries/,
  ],
  ["its end missing", (good: Buffer) => good.subarray(0, 3 * 512), /it is truncated after \d entries/],
  [
    "a line amidst",
    (good: Buffer) => Buffer.concat([good.subarray(0, 512), Buffer.from("hello\n"), good.subarray(512)]),
    /it is not a tar archive: after \d entries there is/,
  ],
  ["nothing in it", () => Buffer.alloc(0), /it is empty/],
  [
    "another content",
    () => Buffer.from("no archive"),
    /it is not a tar archive: it begins with "no archive"/,
  ],
] as const)("an archive that was written with %s is refused", async (_, spoil, reason) => {
  const kept = archive("a", "grafana", spoil(tar("ustar")));
  await expect(verifyArchive(directory, kept)).rejects.toThrow(/a-grafana.tar was never a valid backup: /);
  await expect(verifyArchive(directory, kept)).rejects.toThrow(reason);
});

test("archives are chosen by the host's name, unless another is named", () => {
  const [host] = readState(exported(resources("a", "sudo")), "dev");
  if (host === undefined) {
    throw new Error("no host");
  }
  const archives = [archive("a", "grafana"), archive("a", "prometheus"), archive("b", "grafana")];
  const services = (found: Archive[]) => found.map((one) => `${one.host}/${one.service}`);
  expect(services(choose(host, archives, {}))).toEqual(["a/grafana", "a/prometheus"]);
  expect(services(choose(host, archives, { service: "grafana" }))).toEqual(["a/grafana"]);
  expect(services(choose(host, archives, { fromHost: "b" }))).toEqual(["b/grafana"]);
  expect(() => choose(host, archives, { fromHost: "b", service: "prometheus" })).toThrow(
    "the backup has no prometheus of b, it has grafana of a, prometheus of a, grafana of b: choose with --from-host",
  );
});

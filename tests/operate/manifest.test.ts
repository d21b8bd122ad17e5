import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
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

function archive(host: string, service: string, text = "data"): Archive {
  const file = `${host}-${service}.tar`;
  writeFileSync(join(directory, file), text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { host, service, image: "x:1", time: "2026-11-21T10:00:00Z", file, bytes: text.length, sha256 };
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
  await expect(verifyArchive(directory, kept)).rejects.toThrow("was changed or cut off since the backup");
  rmSync(join(directory, kept.file));
  await expect(verifyArchive(directory, kept)).rejects.toThrow(/a-grafana.tar cannot be read/);
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

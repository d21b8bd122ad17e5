// What becomes of an archive on its way from a host to a file.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../../connection/session";
import * as login from "../../connection/ssh";
import { backup } from "../../operate/backup";
import { readManifest } from "../../operate/manifest";
import { readState } from "../../operate/state";
import { exported, resources } from "./exported";

jest.mock("../../connection/ssh");

const hosts = readState(exported(resources("a", "sudo")), "dev");
const TAR = spawnSync("tar", ["-C", __dirname, "-cf", "-", "backup.test.ts"]).stdout;
const sealed = (content: Buffer, of = content) =>
  Buffer.concat([
    content,
    Buffer.from(`podwatch-archive ${createHash("sha256").update(of).digest("hex")}\n`),
  ]);

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-backup-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Makes a backup of a host that sends this. */
async function backupOf(sent: Buffer, end: Outcome | Error = { code: 0, stdout: "", stderr: "" }) {
  jest.mocked(login.logIn).mockResolvedValue({
    run: async (_script, { output } = {}) => {
      await new Promise((resolve) => output?.write(sent, resolve));
      if (end instanceof Error) {
        throw end;
      }
      return end;
    },
    attach: async () => 0,
    connect: () => Promise.reject(new Error("not asked for")),
    close: () => {},
  });
  const { text, exitCode } = await backup(hosts, join(directory, "to"), undefined);
  return { text, exitCode, files: readdirSync(join(directory, "to")) };
}

test("an archive that came as it was sent is kept, for its owner only", async () => {
  expect(await backupOf(sealed(TAR))).toEqual({
    text: `host a: grafana: ${TAR.length} bytes in a-grafana.tar\n`,
    exitCode: 0,
    files: ["a-grafana.tar", "manifest.json"],
  });
  const path = join(directory, "to", "a-grafana.tar");
  expect(readFileSync(path).equals(TAR)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const [archive] = await readManifest(join(directory, "to"));
  expect(archive).toMatchObject({
    bytes: TAR.length,
    sha256: createHash("sha256").update(TAR).digest("hex"),
  });
});

test.each([
  [
    "without its digest",
    TAR,
    /^host a: grafana: the archive came without its digest: it was cut off, or the runner/,
  ],
  ["cut off", sealed(TAR).subarray(0, 700), /the archive came without its digest/],
  ["not at all", Buffer.alloc(0), /the archive came without its digest/],
  [
    "with a line before it",
    sealed(Buffer.concat([Buffer.from("hello\n"), TAR]), TAR),
    /its SHA-256 does not match/,
  ],
  [
    "with a part missing",
    sealed(Buffer.concat([TAR.subarray(0, 600), TAR.subarray(700)]), TAR),
    /its SHA-256 does not match/,
  ],
  [
    "as no archive",
    sealed(Buffer.from("text")),
    /cannot be restored: it is not a tar archive: it begins with "text"/,
  ],
  ["as half an archive", sealed(TAR.subarray(0, 512)), /cannot be restored: it is truncated after 1 entries/],
])("one that came %s is told, and nothing that looks good is left", async (_, sent, reason) => {
  const { text, exitCode, files } = await backupOf(sent);
  expect(text).toMatch(reason);
  expect(text).toMatch(/; nothing was kept of it\n$/);
  expect([exitCode, files]).toEqual([1, ["manifest.json"]]);
  expect(await readManifest(join(directory, "to"))).toEqual([]);
});

test.each([
  [
    "the host cannot read the data",
    { code: 1, stdout: "", stderr: "podwatch: the data of grafana cannot be read\n" },
    /cannot be read/,
  ],
  ["the connection is lost", { code: -1, stdout: "", stderr: "" }, /the connection was lost/],
  ["the disk here is full", new Error("ENOSPC: no space left on device, write"), /no space left on device/],
])("nothing is left when %s", async (_, end, reason) => {
  const { text, exitCode, files } = await backupOf(sealed(TAR), end);
  expect(text).toMatch(reason);
  expect([exitCode, files]).toEqual([1, ["manifest.json"]]);
});

// How a pipeline gets the Pulumi CLI, against a download site of the test's own.
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tools } from "../../versions.json";
import { root } from "../docs/markdown";

let checkout: string;
let site: Server;
let served: Buffer | undefined;
let requests: string[];

beforeEach(async () => {
  checkout = mkdtempSync(join(tmpdir(), "podwatch-install-"));
  mkdirSync(join(checkout, "deliver"));
  cpSync(join(root, "deliver/install-pulumi"), join(checkout, "deliver/install-pulumi"));
  cpSync(join(root, "versions.json"), join(checkout, "versions.json"));
  requests = [];
  site = createServer((asked, answer) => {
    requests.push(asked.url ?? "");
    answer.statusCode = served === undefined ? 404 : 200;
    answer.end(served);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  rmSync(checkout, { recursive: true });
  await new Promise((resolve) => site.close(resolve));
});

/** Puts a program that says it is Pulumi of a version into a directory below the checkout. */
function place(directory: string, version: string): string {
  const path = join(checkout, directory);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "pulumi"), `#!/bin/sh\n[ "$*" = version ] && echo v${version}\n`);
  chmodSync(join(path, "pulumi"), 0o755);
  return path;
}

function archive(directory: string): Buffer {
  return execFileSync("tar", ["-cz", "-C", checkout, directory]);
}

function install(first?: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const PATH = [...(first === undefined ? [] : [first]), "/usr/bin", "/bin"].join(":");
  const { port } = site.address() as AddressInfo;
  const env = { PATH, PODWATCH_PULUMI_DOWNLOAD: `http://127.0.0.1:${port}` };
  return new Promise((resolve) => {
    execFile(join(checkout, "deliver/install-pulumi"), [], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

test("one on PATH that is new enough is taken", async () => {
  const there = place("there", "3.999.0");
  expect(await install(there)).toEqual({ code: 0, stdout: `${there}\n`, stderr: "" });
  expect(requests).toEqual([]);
});

test("else the release is downloaded once", async () => {
  place("pulumi", tools.pulumi);
  served = archive("pulumi");
  const old = place("old", "3.9.0");
  const installed = join(checkout, "bin", `pulumi-${tools.pulumi}`);
  const result = await install(old);
  expect(result).toHaveExited(0);
  expect(result.stdout).toBe(`${installed}\n`);
  expect(result.stderr).toContain(`old/pulumi is 3.9.0, older than ${tools.pulumi}: not used`);
  expect(execFileSync(join(installed, "pulumi"), ["version"], { encoding: "utf8" })).toBe(
    `v${tools.pulumi}\n`,
  );
  expect((await install()).stdout).toBe(`${installed}\n`);
  expect(requests).toEqual([
    expect.stringMatching(
      `^/releases/sdk/pulumi-v${tools.pulumi.replaceAll(".", "\\.")}-linux-(x64|arm64)\\.tar\\.gz$`,
    ),
  ]);
  expect(readdirSync(join(checkout, "bin"))).toEqual([`pulumi-${tools.pulumi}`]);
});

test.each<[string, () => Buffer | undefined, string]>([
  ["nothing", () => undefined, "that failed: put pulumi"],
  ["a page", () => Buffer.from("<html>"), "is no archive of pulumi"],
  ["another archive", () => archive("deliver"), "holds no pulumi"],
])("where %s is sent it ends with the way out and leaves nothing", async (_, content, expected) => {
  served = content();
  const failed = await install();
  expect(failed).toHaveExited(1);
  expect(failed.stdout).toBe("");
  expect(failed.stderr).toContain(expected);
  expect(readdirSync(join(checkout, "bin"))).toEqual([]);
});

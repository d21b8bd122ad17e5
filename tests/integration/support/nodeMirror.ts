// A server of node exporter releases, since those of its makers may be out of reach: their archive, with the real program of
// Debian's package in it.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import versions from "../../../versions.json";
import { HERE, must } from "./lab";

/** What releases call this machine's processor. */
export const MACHINE = process.arch === "arm64" ? "arm64" : "amd64";

export interface NodeMirror {
  /** For `nodeExporter.release`. */
  readonly release: { readonly mirror: string; readonly sha256: Readonly<Record<string, string>> };
  readonly sha256: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): void;
}

export async function nodeMirror(): Promise<NodeMirror> {
  const archive = await makeArchive();
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    release: { mirror: `http://${HERE}:${port}`, sha256: { [MACHINE]: sha256 } },
    sha256,
    asked,
    close: () => server.close(),
  };
}

async function makeArchive(): Promise<Buffer> {
  const program = (await must("lab/node-exporter/fetch", [])).trim();
  const directory = mkdtempSync(join(tmpdir(), "podwatch-release-"));
  try {
    const name = `node_exporter-${versions.programs.node_exporter.version}.linux-${MACHINE}`;
    mkdirSync(join(directory, name));
    copyFileSync(program, join(directory, name, "node_exporter"));
    await must("tar", ["-czf", join(directory, "archive"), "-C", directory, name]);
    return readFileSync(join(directory, "archive"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

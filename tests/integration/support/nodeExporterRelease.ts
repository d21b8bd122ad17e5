import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import versions from "../../../versions.json";
import { must } from "./lab";

const MACHINE = process.arch === "arm64" ? "arm64" : "amd64";
const { version } = versions.programs.node_exporter;

/**
 * A mirror of the node exporter's releases, with the real program of Debian's package in the archive.
 *
 * @param address where lab hosts reach this machine
 */
export async function nodeExporterMirror(address: string): Promise<{ server: Server; release: object }> {
  const archive = await makeArchive();
  const server = createServer((_, response) => response.end(archive)).listen(0, address);
  await once(server, "listening");
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const mirror = `http://${address}:${(server.address() as AddressInfo).port}`;
  return { server, release: { mirror, sha256: { [MACHINE]: sha256 } } };
}

async function makeArchive(): Promise<Buffer> {
  const program = (await must("lab/node-exporter/fetch", [])).trim();
  const directory = mkdtempSync(join(tmpdir(), "podwatch-release-"));
  try {
    const name = `node_exporter-${version}.linux-${MACHINE}`;
    mkdirSync(join(directory, name));
    copyFileSync(program, join(directory, name, "node_exporter"));
    await must("tar", ["-czf", join(directory, "archive"), "-C", directory, name]);
    return readFileSync(join(directory, "archive"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";

/** A TLS server with a certificate of its own signature, good for 30 days. */
export async function tlsServer(): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-tls-"));
  try {
    const [key, certificate] = [join(directory, "key"), join(directory, "certificate")];
    const subject = ["-subj", "/CN=lab", "-days", "30", "-keyout", key, "-out", certificate];
    const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...algorithm, ...subject], { stdio: "pipe" });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
      socket.on("error", () => {});
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    return server;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}

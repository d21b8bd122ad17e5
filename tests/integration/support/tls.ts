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

/** An authority that no stack knows, and what it signs. */
export class Elsewhere {
  private readonly directory = mkdtempSync(join(tmpdir(), "podwatch-authority-"));
  readonly ca: string;

  constructor(name: string) {
    this.ca = this.made("ca", `/CN=${name}`).certificate;
  }

  /** A certificate for names as in a subjectAltName, good for 30 days or more. */
  signed(name: string, subjectAltName: string, options: SignedOptions = {}): Issued {
    const { by = "ca", ...kind } = options;
    const extensions = [`subjectAltName=${subjectAltName}`, "basicConstraints=critical,CA:FALSE"];
    return this.made(name, `/CN=${name}`, { ...kind, by, extensions });
  }

  /** An authority that this one has signed. */
  intermediate(name: string): Issued {
    const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];
    return this.made(name, `/CN=${name}`, { by: "ca", extensions, days: 365 });
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true });
  }

  private made(name: string, subject: string, options: MadeOptions = {}): Issued {
    const { by, extensions = [], days = 30, key: kind = "ec" } = options;
    const [certificate, key] = [join(this.directory, name), join(this.directory, `${name}.key`)];
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const algorithm = kind === "ec" ? ec : ["-newkey", "rsa:2048", "-nodes"];
    const signer = by === undefined ? undefined : join(this.directory, by);
    const more = [
      ...(signer === undefined ? [] : ["-CA", signer, "-CAkey", `${signer}.key`]),
      ...extensions.flatMap((extension) => ["-addext", extension]),
    ];
    const args = ["-subj", subject, "-days", String(days), "-keyout", key, "-out", certificate];
    execFileSync("openssl", ["req", "-x509", ...algorithm, ...args, ...more], { stdio: "pipe" });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8"), keyFile: key };
  }
}

export interface SignedOptions {
  /** An authority that was made before; default: the one itself. */
  readonly by?: string;
  readonly days?: number;
  /** Default: ec. */
  readonly key?: "ec" | "rsa";
}

interface MadeOptions extends SignedOptions {
  readonly extensions?: readonly string[];
}

export interface Issued {
  readonly certificate: string;
  readonly key: string;
  readonly keyFile: string;
}

export function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}

// Servers that answer those alone who show who they are, each in another way.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HERE } from "./lab";

/** What the doors ask for; exact to the byte. */
export interface Keys {
  readonly password: string;
  readonly token: string;
  readonly clientSecret: string;
  readonly header: string;
}

export const USER = "prom";
export const HEADER = "X-Api-Key";

/** An authority, and what it has signed. */
export interface Papers {
  readonly ca: string;
  readonly client: { readonly certificate: string; readonly key: string };
  readonly server: { readonly certificate: string; readonly key: string };
}

/** The paths of the server are its doors: /basic, /bearer, /oauth2, /header, /list, /write, /alertmanager, whatever follows. */
export class GuardedServer {
  readonly plain: Server;
  /** Asks everybody for a certificate of the authority's. */
  readonly mutual: Server;
  /** The doors that somebody has brought something through. */
  readonly told = new Set<string>();
  private readonly issued = "issued-token-of-oauth2";

  private constructor(
    public keys: Keys,
    readonly papers: Papers,
  ) {
    this.plain = createServer((request, response) => this.answer(request, response));
    const { ca, server } = papers;
    this.mutual = createTlsServer(
      { ca, key: server.key, cert: server.certificate, requestCert: true, rejectUnauthorized: true },
      (request, response) => this.let("mutual", request, response),
    );
  }

  static async start(keys: Keys): Promise<GuardedServer> {
    const server = new GuardedServer(keys, issuedPapers());
    for (const each of [server.plain, server.mutual]) {
      await new Promise<void>((resolve) => each.listen(0, "0.0.0.0", resolve));
    }
    return server;
  }

  get target(): string {
    return `${HERE}:${(this.plain.address() as AddressInfo).port}`;
  }

  get mutualTarget(): string {
    return `${HERE}:${(this.mutual.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const server of [this.plain, this.mutual]) {
      server.close();
      server.closeAllConnections();
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const [, door = ""] = (request.url ?? "").split(/[/?]/);
    if (!this.isOpen(door, request)) {
      response.writeHead(401).end();
    } else if (door === "token") {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ access_token: this.issued, token_type: "bearer", expires_in: 5 }));
    } else if (door === "list") {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify([{ targets: [this.target], labels: { __metrics_path__: "/bearer" } }]));
    } else {
      this.let(door, request, response);
    }
  }

  private let(door: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "POST") this.told.add(door);
    request.resume();
    metrics(response);
  }

  private isOpen(door: string, { headers, headersDistinct }: IncomingMessage): boolean {
    const { password, token, clientSecret, header } = this.keys;
    const basic = (user: string, word: string) =>
      `Basic ${Buffer.from(`${user}:${word}`).toString("base64")}`;
    switch (door) {
      case "basic":
      case "list":
      case "write":
      case "alertmanager":
        return headers.authorization === basic(USER, password);
      case "bearer":
        return headers.authorization === `Bearer ${token}`;
      case "token":
        // Encoded before, as OAuth 2 has it (RFC 6749, 2.3.1).
        return (
          headers.authorization === basic(USER, new URLSearchParams([["", clientSecret]]).toString().slice(1))
        );
      case "oauth2":
        return headers.authorization === `Bearer ${this.issued}`;
      case "header":
        // Debian's Prometheus sends it once more with each scrape (prometheus/common, issue 981).
        return headersDistinct[HEADER.toLowerCase()]?.every((value) => value === header) ?? false;
      default:
        return false;
    }
  }
}

function metrics(response: ServerResponse): void {
  response.setHeader("Content-Type", "text/plain; version=0.0.4");
  response.end("guarded 1\n");
}

/** Certificates of an authority of their own, good for a day. */
function issuedPapers(): Papers {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-papers-"));
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const signed = (name: string, ...more: string[]) => {
    const subject = ["-subj", `/CN=${name}`, "-keyout", at(`${name}.key`), "-out", at(name)];
    openssl("req", "-x509", ...algorithm, ...subject, "-CA", at("ca"), "-CAkey", at("ca.key"), ...more);
    return { certificate: readFileSync(at(name), "utf8"), key: readFileSync(at(`${name}.key`), "utf8") };
  };
  try {
    openssl(
      "req",
      "-x509",
      ...algorithm,
      "-subj",
      "/CN=authority",
      "-keyout",
      at("ca.key"),
      "-out",
      at("ca"),
    );
    return {
      ca: readFileSync(at("ca"), "utf8"),
      client: signed("client"),
      server: signed("server", "-addext", "subjectAltName=DNS:metrics.lab"),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

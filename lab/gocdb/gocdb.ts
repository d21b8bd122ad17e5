// A stand-in for GOCDB, the topology database of the grid: its programmatic interface as documented, as far as the methods below go, and
// what may come instead of an answer. Like the real one it refuses parameters that it does not know, with an <error> document and HTTP
// status 200, filters by the scope EGI unless it is asked for another, and ends paging with an empty page. Contacts are told only
// to who shows a client certificate of an authority that it trusts, or a token that it knows.

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { entryOfDowntime, entryOfService, entryOfSite, escaped, page } from "./documents";

export interface ServiceEntry {
  readonly id: number;
  readonly hostname: string;
  readonly serviceType: string;
  readonly site: string;
  readonly roc: string;
  readonly country?: string;
  readonly production?: boolean;
  readonly monitored?: boolean;
  readonly url?: string;
  readonly endpoints?: readonly string[];
  readonly scopes?: readonly string[];
}

export interface DowntimeEntry {
  readonly id: number;
  readonly severity: "OUTAGE" | "WARNING";
  readonly classification: "SCHEDULED" | "UNSCHEDULED";
  /** In seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly description?: string;
  /** Services by `id`. */
  readonly services: readonly number[];
}

/** Somebody with a role at a site. */
export interface ContactEntry {
  readonly site: string;
  readonly email: string;
  readonly role?: string;
}

/** What comes instead of an answer. */
export const FAULTS = [
  "bad-xml",
  "truncated",
  "slow",
  "silent",
  "hang-up",
  "500",
  "log-in-page",
  "log-in-xhtml",
  "redirect",
  "empty",
  "oversized",
  "wrong-count",
  "entities",
  "same-page",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Options {
  readonly address: string;
  readonly port?: number;
  readonly certificate: string;
  readonly key: string;
  /** Entries of a page; the real one has 500. */
  readonly pageSize?: number;
  /** Whose client certificates are known; absent: nobody's. */
  readonly clientCa?: string;
  readonly token?: string;
}

type Method = "get_service_endpoint" | "get_downtime" | "get_site_contacts";

const PARAMETERS: Readonly<Record<Method, readonly string[]>> = {
  get_service_endpoint: [
    ...["hostname", "sitename", "roc", "country", "service_type", "monitored"],
    ...["scope", "scope_match", "extensions", "next_cursor", "prev_cursor"],
  ],
  get_downtime: [
    ...["topentity", "ongoing_only", "startdate", "enddate", "windowstart", "windowend"],
    ...["scope", "scope_match", "all_lastmonth", "site_extensions", "service_extensions", "id"],
    ...["next_cursor", "prev_cursor"],
  ],
  get_site_contacts: [
    ...["sitename", "roc", "country", "roletype", "scope", "scope_match", "next_cursor", "prev_cursor"],
  ],
};

export class Gocdb {
  services: readonly ServiceEntry[] = [];
  downtimes: readonly DowntimeEntry[] = [];
  contacts: readonly ContactEntry[] = [];
  /** Whether certificates and tokens are no longer good. */
  knowsNobody = false;
  /** By method; absent: it answers as it should. */
  faults: Readonly<Partial<Record<string, Fault>>> = {};
  /** The questions so far, in order. */
  readonly asked: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly pageSize: number,
    private readonly token: string | undefined,
  ) {}

  static async start(options: Options): Promise<Gocdb> {
    const { address, port = 0, certificate, key, pageSize = 500, clientCa, token } = options;
    const known =
      clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
    const server = createServer({ cert: certificate, key, ...known });
    const database = new Gocdb(server, pageSize, token);
    server.on("request", (request, response) => database.answer(request, response));
    server.on("connection", (socket: Socket) => {
      database.sockets.add(socket);
      socket.on("close", () => database.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    return database;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await stopped;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { url: asked = "" } = request;
    this.asked.push(asked);
    const { pathname, searchParams } = new URL(asked, "https://gocdb");
    const isPrivate = searchParams.get("method") === "get_site_contacts";
    if (pathname !== `/gocdbpi/${isPrivate ? "private" : "public"}/`) {
      response.writeHead(404).end();
      return;
    }
    if (isPrivate && !this.isKnown(request)) {
      response.writeHead(403).end("<error>No valid credential</error>");
      return;
    }
    const fault = this.faults[searchParams.get("method") ?? ""];
    const document = this.document(asked, searchParams, fault);
    if (fault === undefined || fault === "empty" || fault === "wrong-count" || fault === "same-page") {
      response.writeHead(200, { "Content-Type": "application/xml" }).end(document);
    } else {
      failing[fault](document, response);
    }
  }

  private isKnown({ socket, headers }: IncomingMessage): boolean {
    if (this.knowsNobody) return false;
    const byToken = this.token !== undefined && headers.authorization === `Bearer ${this.token}`;
    return byToken || (socket as TLSSocket).authorized;
  }

  private document(asked: string, query: URLSearchParams, fault: Fault | undefined): string {
    try {
      return this.results(asked, query, fault);
    } catch (error) {
      return `<error>${escaped((error as Error).message)}</error>`;
    }
  }

  private results(asked: string, query: URLSearchParams, fault: Fault | undefined): string {
    const method = query.get("method") as Method;
    const known = PARAMETERS[method];
    if (known === undefined) throw new Error(`Unsupported method: ${method}`);
    for (const [name, value] of query) {
      if (name !== "method" && !known.includes(name)) throw new Error(`Unsupported parameter: ${name}`);
      if (/["'`]/.test(value)) throw new Error(`Unsupported character in value: ${value}`);
    }
    const all = fault === "empty" ? [] : this.entries(method, query);
    const given = query.get("next_cursor");
    if (given === null) return page(all, undefined);
    if (!/^\d+$/.test(given)) throw new Error("Invalid 'next_cursor' parameter");
    const cursor = fault === "same-page" ? 0 : Number(given);
    // A downtime counts once, though it is there once for each of its services.
    const ids = [...new Set(all.map(({ id }) => id))].filter((id) => id > cursor).slice(0, this.pageSize);
    const entries = all.filter(({ id }) => ids.includes(id));
    return page(entries, {
      asked,
      count: fault === "wrong-count" ? ids.length + 1 : ids.length,
      pageSize: this.pageSize,
      next: ids.at(-1),
    });
  }

  private entries(method: Method, query: URLSearchParams) {
    const services = this.services.filter((service) => isInScope(service, query));
    if (method === "get_service_endpoint") {
      return services.filter((service) => isAsked(service, query)).map(entryOfService);
    }
    if (method === "get_site_contacts") {
      const sites = new Map(services.filter((one) => isAsked(one, query)).map(({ site, id }) => [site, id]));
      return [...sites]
        .sort(([, a], [, b]) => a - b)
        .map(([site, id]) =>
          entryOfSite(
            id,
            site,
            this.contacts.filter((one) => one.site === site),
          ),
        );
    }
    const { from, to } = windowOf(query);
    return this.downtimes
      .filter(({ start, end }) => end > from && start < to)
      .flatMap((downtime) =>
        services
          .filter(({ id }) => downtime.services.includes(id))
          .filter((service) => isBelow(service, query.get("topentity")))
          .map((service) => entryOfDowntime(downtime, service)),
      );
  }
}

function isInScope({ scopes = ["EGI"] }: ServiceEntry, query: URLSearchParams): boolean {
  const given = query.get("scope") ?? "EGI";
  if (given === "") return true;
  const wanted = given.split(",");
  return query.get("scope_match") === "any"
    ? wanted.some((scope) => scopes.includes(scope))
    : wanted.every((scope) => scopes.includes(scope));
}

function isAsked(service: ServiceEntry, query: URLSearchParams): boolean {
  const flag = query.get("monitored");
  if (flag !== null && !/^[YN]$/.test(flag)) throw new Error("Invalid 'monitored' parameter");
  const texts: ReadonlyArray<readonly [string | null, string]> = [
    [query.get("hostname"), service.hostname],
    [query.get("sitename"), service.site],
    [query.get("roc"), service.roc],
    [query.get("service_type"), service.serviceType],
    [flag, (service.monitored ?? true) ? "Y" : "N"],
  ];
  return texts.every(([wanted, value]) => wanted === null || wanted === value);
}

function isBelow({ hostname, site, roc, country }: ServiceEntry, entity: string | null): boolean {
  return entity === null || [hostname, site, roc, country].includes(entity);
}

/** Days, of which the last one counts as a whole. */
function windowOf(query: URLSearchParams): { from: number; to: number } {
  const day = (name: string) => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new Error(`Invalid '${name}' parameter`);
    return Date.parse(`${text}T00:00:00Z`) / 1000;
  };
  const to = day("windowend");
  return { from: day("windowstart") ?? 0, to: to === undefined ? Number.POSITIVE_INFINITY : to + 86_400 };
}

const failing: Readonly<
  Record<
    Exclude<Fault, "empty" | "wrong-count" | "same-page">,
    (document: string, response: ServerResponse) => void
  >
> = {
  "bad-xml": (document, response) =>
    response.end(document.replace("</SERVICE_ENDPOINT>", "</SERVICE>").replace("</results>", "</result>")),
  truncated: (document, response) => response.end(document.slice(0, document.length / 2)),
  slow: (document, response) => {
    let sent = 0;
    const timer = setInterval(() => {
      if (sent >= document.length || response.destroyed) clearInterval(timer);
      response.write(document.slice(sent, ++sent));
    }, 500);
    response.on("close", () => clearInterval(timer));
  },
  silent: () => {},
  "hang-up": (_, response) => response.destroy(),
  "500": (_, response) => response.writeHead(500).end("Internal Server Error"),
  "log-in-page": (_, response) =>
    response
      .writeHead(200, { "Content-Type": "text/html" })
      .end("<!DOCTYPE html><html><body><h1>Log in</h1><form><input name=user></form></body></html>"),
  "log-in-xhtml": (_, response) =>
    response
      .writeHead(200, { "Content-Type": "text/html" })
      .end('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>Log in</body></html>'),
  redirect: (_, response) => response.writeHead(302, { Location: "http://169.254.169.254/" }).end(),
  oversized: (document, response) => {
    const more = `<!-- ${"x".repeat(65_000)} -->`;
    response.end(document.replace("</results>", `${more.repeat(200)}</results>`));
  },
  entities: (document, response) => {
    const declared = '<!DOCTYPE results [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>';
    response.end(
      document.replace("<results>", `${declared}<results>`).replace("<SITENAME>", "<SITENAME>&b;"),
    );
  },
};

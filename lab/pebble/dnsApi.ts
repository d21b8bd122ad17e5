// A stand-in for the API of somebody who serves a domain's DNS, as lego's provider httpreq speaks it. What it is told, pebble's
// own name server answers. It refuses whoever has not the password, and what is no record of a proof.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

export interface DnsApiOptions {
  readonly user: string;
  readonly password: string;
  /** URL of the name server's management. */
  readonly management: string;
}

const record = z.strictObject({
  fqdn: z.string().regex(/^_acme-challenge\.([a-z0-9-]+\.)+$/),
  // A digest by SHA-256 in base64url: RFC 8555, 8.4.
  value: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** @param told is called with each record that is set or removed, and with each refusal */
export function dnsApi(options: DnsApiOptions, told: (line: string) => void): Server {
  const { user, password, management } = options;
  const known = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

  async function answer(asked: IncomingMessage, answered: ServerResponse): Promise<void> {
    const end = (status: number, line: string) => {
      told(`${status} ${line}`);
      answered.writeHead(status).end(`${line}\n`);
    };
    if (asked.headers.authorization !== known) return end(401, "another password");
    if (asked.method !== "POST") return end(405, "POST only");
    const to = { "/present": "set-txt", "/cleanup": "clear-txt" }[asked.url ?? ""];
    if (to === undefined) return end(404, "no such page");
    const body = await text(asked);
    const given = record.safeParse(body.startsWith("{") ? JSON.parse(body) : body);
    if (!given.success) return end(400, "no record of a proof");
    const { fqdn, value } = given.data;
    const set = to === "set-txt" ? { host: fqdn, value } : { host: fqdn };
    const { ok } = await fetch(`${management}/${to}`, { method: "POST", body: JSON.stringify(set) });
    end(ok ? 200 : 502, `${to} ${fqdn}`);
  }

  return createServer((asked, answered) => {
    answer(asked, answered).catch((error: unknown) => {
      told(`500 ${error}`);
      answered.writeHead(500).end();
    });
  });
}

// What answers instead of Grafana, or not at all.
import { execFileSync } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const { Client, patiently } = require("../../grafana-api/client");

const TOKEN = "glsa_of_nobody";
const servers: Array<{ close(): unknown }> = [];

afterAll(() => {
  for (const server of servers) server.close();
});

/** As a deployment makes it. */
function certificate(wanted: object): string {
  return execFileSync("node", ["-e", "require('podwatch/certificates/make').run()"], {
    cwd: join(__dirname, "../.."),
    input: JSON.stringify({ days: 2, ...wanted }),
    encoding: "utf8",
  });
}

async function serve(answer: RequestListener, tls?: { cert: string; key: string }): Promise<string> {
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (url: string, more: object = {}) => new Client({ url, token: TOKEN, ...more }).find("folders/x");

test("a certificate of a private authority is trusted by ca alone", async () => {
  const authority = certificate({ name: "Private" });
  const signed = certificate({ name: "grafana", names: ["127.0.0.1"], authority });
  const [cert = "", key = ""] = signed.split(/(?=-----BEGIN PRIVATE)/);
  const seen: unknown[] = [];
  const url = await serve(
    ({ headers }, answer) => {
      seen.push(headers.authorization, headers["x-grafana-org-id"]);
      answer.end("{}");
    },
    { cert, key },
  );
  await expect(ask(url)).rejects.toThrow(
    /is not trusted: .*; write the certificate.* as grafana\.external\.ca/,
  );
  expect(seen).toEqual([]);
  expect(await ask(url, { ca: authority, organisation: "7" })).toEqual({});
  expect(seen).toEqual([`Bearer ${TOKEN}`, "7"]);
});

test("a redirect is not followed, since it would take the token along", async () => {
  const elsewhere: unknown[] = [];
  const other = await serve((request, answer) => {
    elsewhere.push(request.headers);
    answer.end("{}");
  });
  const to = (status: number, location: string) =>
    serve((_, answer) => answer.writeHead(status, { location }).end());
  await expect(ask(await to(301, `${other}/api`))).rejects.toThrow(
    /redirects to http:\S+\/api; write that Grafana's own address as grafana\.external\.url/,
  );
  await expect(ask(await to(302, "https://sso.my-company.net/login?x"))).rejects.toThrow(
    /behind a log-in of its own/,
  );
  expect(elsewhere).toEqual([]);
});

test("a page of another program is not Grafana's word that something is missing", async () => {
  const page = await serve((_, answer) =>
    answer.writeHead(404, { "content-type": "text/html" }).end("<p>none"),
  );
  await expect(ask(page)).rejects.toThrow(/is not Grafana's API \(status 404, text\/html\)/);
  const grafana = await serve((_, answer) => answer.writeHead(404).end('{"message":"folder not found"}'));
  expect(await ask(grafana)).toBeUndefined();
});

test("what is away is tried again, what is refused is not; the token is in no error", async () => {
  let count = 0;
  const url = await serve((_, answer) => {
    count++;
    answer.writeHead(count < 3 ? 503 : 200).end("{}");
  });
  expect(await patiently(10, () => ask(url), 10)).toEqual({});
  expect(count).toBe(3);
  let refused = 0;
  const strict = await serve((_, answer) => {
    refused++;
    answer.writeHead(401).end('{"message":"Expired API key"}');
  });
  await expect(patiently(10, () => ask(strict), 10)).rejects.toThrow(/Expired API key/);
  expect(refused).toBe(1);
  const gone = patiently(0.05, () => ask("http://127.0.0.1:1"), 10);
  await expect(gone).rejects.toThrow(/is not there just now: .*ECONNREFUSED/);
  await expect(gone).rejects.not.toThrow(TOKEN);
});

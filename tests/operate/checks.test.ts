// The checks of the stack file, against servers of this machine's own.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server as NetServer } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { thisMachine } from "../../connection/thisMachine";
import type { Checks } from "../../lib/checks";
import { Origins, runChecks, runCommands } from "../../operate/checks";

const servers: Array<{ close(): void }> = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: NetServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const NONE: Checks = { queries: {}, urls: {}, ports: {}, commands: {} };

function host(checks: Partial<Checks>, bundle = "") {
  const deployed = {
    name: "mon",
    connection: { name: "mon", route: { host: "127.0.0.1", port: 22 } },
    services: [{ name: "nginx", bundle }],
    checks: { ...NONE, ...checks },
  };
  const { connect, run } = thisMachine();
  return { deployed, connect, run } as never;
}

async function results(checks: Partial<Checks>, bundle?: string, authorities: string[] = []) {
  const one = host(checks, bundle);
  const origins = new Origins(authorities.map((ca) => ({ front: { ca } })) as never);
  const all = [...(await runChecks(one, origins, 0)), ...(await runCommands(one))];
  return Object.fromEntries(all.map(({ check, passed, detail }) => [check, [passed, detail]]));
}

const sample = (value: string) => ({ metric: { job: "node" }, value: [1, value] });

/** A key with its certificate, in PEM form, as a deployment makes them. */
function certificate(wanted: object): string {
  return execFileSync("node", ["-e", "require('podwatch/certificates/make').run()"], {
    cwd: join(__dirname, "../.."),
    input: JSON.stringify(wanted),
    encoding: "utf8",
  });
}

/** A front with a Prometheus that answers each expression as given. */
async function prometheus(known: Readonly<Record<string, object>>): Promise<string> {
  const port = await listening(
    createServer((asked, answer) => {
      const query = new URL(asked.url ?? "", "http://front").searchParams.get("query") ?? "";
      answer.end(JSON.stringify(known[query] ?? { status: "error", error: "parse error" }));
    }),
  );
  return `part unit/podwatch-nginx.container\n  PublishPort=127.0.0.1:${port}:8080\n`;
}

test("expressions that return something, nothing, a scalar, or are none", async () => {
  const vector = (...result: object[]) => ({ status: "success", data: { resultType: "vector", result } });
  const front = await prometheus({
    up: vector(sample("1"), sample("0")),
    "up > 1": vector(),
    "1": { status: "success", data: { resultType: "scalar", result: [1, "1"] } },
  });
  const queries = {
    some: { query: "up", returns: "something" },
    none: { query: "up > 1", returns: "something" },
    unwanted: { query: "up", returns: "nothing" },
    absent: { query: "up > 1", returns: "nothing" },
    number: { query: "1", returns: "something" },
    wrong: { query: "up >", returns: "nothing" },
  } as const;
  expect(await results({ queries }, front)).toEqual({
    "query some": [true, '{job="node"} 1 and 1 more'],
    "query none": [false, "it returns nothing"],
    "query unwanted": [false, 'it returns {job="node"} 1 and 1 more'],
    "query absent": [true, "nothing"],
    "query number": [true, "1"],
    "query wrong": [false, "parse error"],
  });
});

test("URLs by status and text; redirections are not followed", async () => {
  const port = await listening(
    createServer((asked, answer) => {
      answer.writeHead(asked.url === "/moved" ? 302 : 200, { location: "/" }).end("<h1>Grafana</h1>");
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const common = { status: 200, from: "here" };
  const urls = {
    page: { ...common, url: `${url}/`, text: "<h1>Grafana" },
    other: { ...common, url: `${url}/`, text: "Kibana" },
    moved: { ...common, url: `${url}/moved` },
    gone: { ...common, url: "http://127.0.0.1:1/" },
    clear: { ...common, url: `${url}/`, certificateValidFor: "1d" },
  };
  expect(await results({ urls })).toEqual({
    "url page": [true, "status 200"],
    "url other": [false, 'is answered without "Kibana"'],
    "url moved": [false, "is answered with status 302, not 200"],
    "url gone": [false, expect.stringMatching(/ECONNREFUSED/)],
    "url clear": [false, "has no certificate that could be looked at; write a whole https:// URL"],
  });
});

test("a log-in of a check's own, at a URL and behind the host's front", async () => {
  const port = await listening(
    createServer((asked, answer) => {
      const { authorization = "none", "x-scope": scope = "none" } = asked.headers;
      answer.writeHead(asked.url === "/closed" ? 401 : 200, { "www-authenticate": "Basic" });
      answer.end(asked.url === "/closed" ? "<center>nginx</center>" : `${authorization} ${scope}`);
    }),
  );
  const front = `part unit/podwatch-nginx.container\n  PublishPort=127.0.0.1:${port}:8080\n`;
  const common = { status: 200, from: "here" };
  const basicAuth = { username: "ada", password: "pass:word\n" };
  const sent = `Basic ${Buffer.from("ada:pass:word").toString("base64")}`;
  const urls = {
    pair: { ...common, url: `http://127.0.0.1:${port}/`, basicAuth, text: `${sent} none` },
    token: { ...common, url: `http://127.0.0.1:${port}/`, bearerToken: "abc\n", text: "Bearer abc none" },
    header: { ...common, url: `http://127.0.0.1:${port}/`, headers: { "X-Scope": "7" }, text: "none 7" },
    path: { ...common, url: "/", basicAuth, headers: { "X-Scope": "7" }, text: `${sent} 7` },
    refused: { ...common, url: "/closed", basicAuth, status: 401 },
  };
  expect(await results({ urls }, front)).toEqual({
    "url pair": [true, "status 200"],
    "url token": [true, "status 200"],
    "url header": [true, "status 200"],
    "url path": [true, "status 200"],
    "url refused": [true, "status 401"],
  });
});

test("certificates: trusted by the stack's own authority, for their name, still valid for so long", async () => {
  const authority = certificate({ name: "Podwatch test", days: 20 });
  const pem = certificate({ name: "mon", days: 10, names: ["127.0.0.1"], authority });
  const port = await listening(createHttps({ cert: pem, key: pem }, (_, answer) => answer.end("hello")));
  const common = { status: 200, from: "here", url: `https://127.0.0.1:${port}/` };
  const urls = {
    valid: { ...common, certificateValidFor: "9d" },
    soon: { ...common, certificateValidFor: "11d" },
    "other name": { ...common, url: `https://localhost:${port}/` },
  };
  const valid = expect.stringMatching(/^status 200, certificate valid until 20/);
  const until = expect.stringMatching(/^the certificate is valid until 20.* only$/);
  expect(await results({ urls }, "", [authority])).toEqual({
    "url valid": [true, valid],
    "url soon": [false, until],
    "url other name": [false, expect.stringMatching(/does not match certificate's altnames/)],
  });
  const untrusted = expect.stringMatching(/unable to verify|self.signed|local issuer/);
  const other = certificate({ name: "Another", days: 20 });
  const tls = { insecure: false };
  const own = {
    untrusted: common,
    "of its own authority": { ...common, tls: { ...tls, ca: authority } },
    insecure: { ...common, tls: { insecure: true }, certificateValidFor: "9d" },
    "another name": { ...common, tls: { ...tls, ca: authority, serverName: "web" } },
  };
  expect(await results({ urls: own })).toEqual({
    "url untrusted": [false, untrusted],
    "url of its own authority": [true, "status 200"],
    "url insecure": [true, valid],
    "url another name": [false, expect.stringMatching(/does not match certificate's altnames/)],
  });
  // An authority of the check's own is the only one.
  expect(
    await results({ urls: { other: { ...common, tls: { ...tls, ca: other } } } }, "", [authority]),
  ).toEqual({ "url other": [false, untrusted] });
});

test("a server that asks for a certificate of the client's", async () => {
  const authority = certificate({ name: "Podwatch test", days: 20 });
  const [server, client] = ["server", "client"].map((name) =>
    certificate({ name, days: 10, names: ["127.0.0.1"], authority }),
  ) as [string, string];
  const options = { cert: server, key: server, requestCert: true, rejectUnauthorized: false };
  const port = await listening(
    createHttps(options, ({ socket }, answer) => {
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      answer.writeHead(subject?.CN === "client" ? 200 : 403).end();
    }),
  );
  const common = { status: 200, from: "here", url: `https://127.0.0.1:${port}/` };
  const tls = { insecure: false, ca: authority };
  const urls = {
    with: { ...common, tls: { ...tls, certificate: client, key: client } },
    without: { ...common, tls },
  };
  expect(await results({ urls })).toEqual({
    "url with": [true, "status 200"],
    "url without": [false, "is answered with status 403, not 200"],
  });
});

test("ports that are open and closed", async () => {
  const port = await listening(createTcp());
  const common = { host: "127.0.0.1", from: "here" };
  const ports = {
    open: { ...common, port, open: true },
    "to be closed": { ...common, port, open: false },
    closed: { ...common, port: 1, open: false },
    "to be open": { ...common, port: 1, open: true, from: "host" },
    "own address": { port, open: true, from: "host" },
    nowhere: { host: "no-such-name.invalid", port: 1, open: false, from: "here" },
    stranger: { ...common, port, open: true, from: "web9" },
  };
  expect(await results({ ports })).toEqual({
    "port open": [true, `${port} is open`],
    "port to be closed": [false, `${port} is open`],
    "port closed": [true, "1 is closed"],
    "port to be open": [false, expect.stringMatching(/^1 is not open: .*ECONNREFUSED/)],
    "port own address": [true, `${port} is open`],
    "port nowhere": [false, expect.stringMatching(/^whether 1 is closed cannot be told: .*no-such-name/)],
    "port stranger": [false, 'the stack has no host "web9": run pulumi up'],
  });
});

test("commands, by their exit code; one that runs here knows the host", async () => {
  const commands = {
    good: { command: "grep -q tcp:9090", input: "port:\n  tcp:9090: {}\n", from: "host" },
    bad: { command: "seq 9; echo failed >&2; exit 3", from: "host" },
    named: { command: 'test "$PODWATCH_HOST $PODWATCH_ADDRESS" = "mon 127.0.0.1"', from: "here" },
    place: { command: 'test -f package.json && test -z "$JEST_WORKER_ID"', from: "here" },
    silent: { command: "false", from: "here" },
  } as const;
  expect(await results({ commands })).toEqual({
    "command good": [true, "ended with 0"],
    "command bad": [false, "it ended with 3: 6 | 7 | 8 | 9 | failed"],
    "command named": [true, "ended with 0"],
    "command place": [true, "ended with 0"],
    "command silent": [false, "it ended with 1"],
  });
});

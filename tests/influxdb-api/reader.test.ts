// The user whom a deployment makes at an InfluxDB outside of the stack, at a real one, as its command does it.
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ADMIN, DATABASE, Influxd } from "../grafana/influxd";

const VARIABLE = "PODWATCH_INFLUXDB_ADMIN_CENTRAL";
const FIRST = "first-of-the-reader's";
const SECOND = "second-of-the-reader";
const AS_ADMIN = `${ADMIN.user}:${ADMIN.password}`;

let influxd: Influxd;
const servers: Server[] = [];

beforeAll(async () => {
  influxd = await Influxd.start();
  await influxd.query("CREATE DATABASE other", ADMIN);
  await influxd.write(["m value=1"]);
}, 120_000);

afterAll(async () => {
  for (const server of servers) server.close();
  await influxd?.stop();
});

interface Given {
  readonly user?: string;
  readonly databases?: readonly string[];
  readonly password?: string;
  readonly admin?: string;
  readonly url?: string;
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the command of the resource. */
function run(action: "create" | "update" | "remove", given: Given = {}): Promise<Ran> {
  const { user = "reader", databases = [DATABASE], password = FIRST, admin = AS_ADMIN, url } = given;
  const child = spawn("node", ["-e", `require('podwatch/influxdb-api/reader').run('${action}')`], {
    cwd: join(__dirname, "../.."),
    env: {
      PATH: process.env.PATH,
      PODWATCH_INFLUXDB_URL: url ?? influxd.url,
      PODWATCH_INFLUXDB_CA: "",
      PODWATCH_INFLUXDB_PASSWORD: password,
      ...(admin === "" ? {} : { [VARIABLE]: admin }),
    },
  });
  child.stdin.end(
    JSON.stringify({ setting: "grafana.influxdb.central", variable: VARIABLE, user, databases }),
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/** The status of a statement, as that user. */
const status = async (q: string, password = FIRST, user = "reader") =>
  (await influxd.ask(q, { user, password })).status;

const grants = async (user = "reader") => influxd.query(`SHOW GRANTS FOR "${user}"`, ADMIN);

const expectRefused = ({ code, output }: Ran, reason: RegExp) => {
  expect(output).toMatch(reason);
  expect(code).toBe(1);
  for (const secret of [FIRST, SECOND, ADMIN.password]) expect(output).not.toContain(secret);
};

test("it is made, may read, and may do nothing else; once more changes nothing", async () => {
  expect(await run("create")).toEqual({ code: 0, output: "{}\n" });
  expect(await status("SELECT * FROM m")).toBe(200);
  for (const q of ["DROP MEASUREMENT m", "CREATE DATABASE x", "SHOW USERS", "SELECT * FROM other..m"]) {
    expect([q, await status(q)]).toEqual([q, 403]);
  }
  // As after a run that was interrupted.
  expect(await run("create")).toMatchObject({ code: 0 });
  expect(await grants()).toContain(`[["${DATABASE}","READ"]]`);
});

test("another password, and other databases; rights that somebody gave besides go", async () => {
  await influxd.query(`GRANT ALL ON ${DATABASE} TO reader`, ADMIN);
  await influxd.query("GRANT ALL TO reader", ADMIN);
  expect(await run("update", { password: SECOND })).toMatchObject({ code: 0 });
  expect(await status("SHOW DATABASES")).toBe(401);
  expect(await status("SELECT * FROM m", SECOND)).toBe(200);
  expect(await status("SHOW USERS", SECOND)).toBe(403);
  expect(await grants()).toContain(`[["${DATABASE}","READ"]]`);
  expect(await run("update", { password: SECOND, databases: ["other"] })).toMatchObject({ code: 0 });
  expect(await status("SELECT * FROM m", SECOND)).toBe(403);
  expect(await status("SELECT * FROM other..m", SECOND)).toBe(200);
  // Somebody has removed the user.
  await influxd.query("DROP USER reader", ADMIN);
  expect(await run("update")).toMatchObject({ code: 0 });
  expect(await status("SELECT * FROM m")).toBe(200);
});

test("without an administrator's log-in, or with one that does not do, nothing is changed", async () => {
  const before = await influxd.query("SHOW USERS", ADMIN);
  const refused = (admin: string, more: Given = {}) => run("create", { user: "new", admin, ...more });
  expectRefused(
    await refused(""),
    /has to make, .* user "new" there, and PODWATCH_INFLUXDB_ADMIN_CENTRAL is not set; set it to user:password in the environment of this one run: it is stored nowhere/,
  );
  expectRefused(await refused("admin"), /_CENTRAL is not of the form user:password; set it/);
  expectRefused(
    await refused("admin:wrong"),
    /refuses the log-in of "admin" that PODWATCH_INFLUXDB_ADMIN_CENTRAL has \(authorization failed\)/,
  );
  expectRefused(await refused(`reader:${FIRST}`), /"reader" of .* is no administrator of the InfluxDB at/);
  expectRefused(
    await refused(AS_ADMIN, { databases: [DATABASE, "lost"] }),
    /has no database "lost"; it has .*"apimon".*: correct grafana\.influxdb\.central\.databases/,
  );
  expectRefused(
    await run("create", { user: "grafana" }),
    /has a user "grafana" already, whom somebody else has made; write another name as grafana\.influxdb\.central\.user/,
  );
  expect(await influxd.query("SHOW USERS", ADMIN)).toBe(before);
});

test("what is no InfluxDB of version 1, or does not answer, is told", async () => {
  const serve = async (headers: Record<string, string>) => {
    const server = createServer((_, answer) => answer.writeHead(204, headers).end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  expectRefused(
    await run("create", { url: await serve({ "x-influxdb-version": "v2.7.1" }) }),
    /has version v2\.7\.1, .*; make a token there, and write it as a data source under grafana\.datasources/,
  );
  expectRefused(
    await run("create", { url: await serve({}) }),
    /is no InfluxDB; correct grafana\.influxdb\.central\.url/,
  );
  expectRefused(await run("create", { url: "http://127.0.0.1:1" }), /does not answer: .*ECONNREFUSED/);
});

test("it is removed; without a log-in it stays, and that is told", async () => {
  expectRefused(
    await run("remove", { admin: "" }),
    /is not set; .*The user was not removed there; pulumi state delete forgets one whose InfluxDB is gone for good/s,
  );
  expect(await status("SHOW DATABASES")).toBe(200);
  expect(await run("remove")).toMatchObject({ code: 0 });
  expect(await status("SHOW DATABASES")).toBe(401);
  expect(await run("remove")).toMatchObject({ code: 0 });
});

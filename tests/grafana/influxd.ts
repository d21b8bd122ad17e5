// A real InfluxDB 1.x of a test's own, with log-ins: the administrator, a database, and one who may read it.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = join(__dirname, "../../lab/influxd");

/** How long a busy machine may take until it answers, in milliseconds. */
const PATIENCE = 60_000;

export const DATABASE = "apimon";
export const ADMIN = { user: "admin", password: "of-the-administrator" };
export const READER = { user: "grafana", password: "of-the-reader" };

export class Influxd {
  private constructor(
    readonly url: string,
    private readonly directory: string,
    private readonly child: ChildProcess,
  ) {}

  /** @param address where it listens; default loopback */
  static async start(address = "127.0.0.1"): Promise<Influxd> {
    execFileSync(PROGRAM);
    const directory = mkdtempSync(join(tmpdir(), "podwatch-influxd-"));
    const [http, rpc] = await Promise.all([freePort(), freePort()]);
    writeFileSync(join(directory, "influxdb.conf"), configuration(directory, `${address}:${http}`, rpc));
    const child = spawn(PROGRAM, ["-config", join(directory, "influxdb.conf")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let log = "";
    child.stderr?.on("data", (chunk) => {
      log += chunk;
    });
    const influxd = new Influxd(`http://${address}:${http}`, directory, child);
    try {
      await influxd.answers(() => log);
      await influxd.query(`CREATE USER ${ADMIN.user} WITH PASSWORD '${ADMIN.password}' WITH ALL PRIVILEGES`);
      await influxd.query(`CREATE DATABASE ${DATABASE}`, ADMIN);
      await influxd.query(`CREATE USER ${READER.user} WITH PASSWORD '${READER.password}'`, ADMIN);
      await influxd.query(`GRANT READ ON ${DATABASE} TO ${READER.user}`, ADMIN);
    } catch (error) {
      await influxd.stop();
      throw error;
    }
    return influxd;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What it answers to a statement, with its status. */
  async ask(q: string, who?: typeof ADMIN): Promise<{ readonly status: number; readonly body: string }> {
    const response = await fetch(`${this.url}/query?db=${DATABASE}`, {
      method: "POST",
      body: new URLSearchParams({ q }),
      headers: who === undefined ? {} : { authorization: basic(who) },
    });
    return { status: response.status, body: await response.text() };
  }

  async query(q: string, who?: typeof ADMIN): Promise<string> {
    const { status, body } = await this.ask(q, who);
    if (status !== 200 || body.includes('"error"')) throw new Error(`${q}: ${status} ${body}`);
    return body;
  }

  async write(lines: readonly string[]): Promise<void> {
    const response = await fetch(`${this.url}/write?db=${DATABASE}`, {
      method: "POST",
      body: lines.join("\n"),
      headers: { authorization: basic(ADMIN) },
    });
    if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
  }

  private async answers(log: () => string): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!(await fetch(`${this.url}/ping`).catch(() => undefined))) {
      if (Date.now() > end || this.child.exitCode !== null)
        throw new Error(`influxd does not answer: ${log()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const basic = ({ user, password }: typeof ADMIN) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

function configuration(directory: string, http: string, rpc: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${directory}/meta"
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "${http}"
  auth-enabled = true
  log-enabled = false
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

// Builds and runs the stand-in for Grafana (lab/grafana) for tests, on loopback, as its image runs it: through run.sh.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const source = join(__dirname, "../../lab/grafana");

/** How long a busy machine may take for anything, in milliseconds; what takes longer hangs. */
const PATIENCE = 30_000;

/** Builds the binary into a new directory, where it is called `grafana` as in the image. */
export function build(): string {
  if (spawnSync("go", ["version"]).status !== 0) {
    throw new Error(
      "go is not installed: the stand-in for Grafana is built from source; install Go 1.24 or newer",
    );
  }
  const dir = mkdtempSync(join(tmpdir(), "podwatch-grafana-"));
  try {
    execFileSync(join(source, "build"), [join(dir, "grafana")], { stdio: "pipe" });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  return dir;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of an API, looked at field by field
  json: any;
}

export interface Ask {
  method?: string;
  body?: unknown;
  /** `user:password` for basic auth. */
  auth?: string;
  headers?: Record<string, string>;
}

/** One instance with directories of its own; `files` are written below its provisioning and dashboards directories. */
export class StandIn {
  readonly root: string;
  readonly env: Record<string, string>;
  log = "";
  port = 0;
  private process?: ChildProcess;

  constructor(binaryDir: string, files: Record<string, string> = {}, env: Record<string, string> = {}) {
    this.root = mkdtempSync(join(tmpdir(), "podwatch-grafana-data-"));
    for (const dir of ["data", "provisioning/datasources", "provisioning/dashboards", "dashboards"]) {
      mkdirSync(join(this.root, dir), { recursive: true });
    }
    this.write("grafana.ini", "");
    for (const [name, text] of Object.entries(files)) this.write(name, text.replaceAll("@ROOT@", this.root));
    this.env = {
      PATH: `${binaryDir}:${process.env.PATH}`,
      GF_PATHS_HOME: this.root,
      GF_PATHS_CONFIG: join(this.root, "grafana.ini"),
      GF_PATHS_DATA: join(this.root, "data"),
      GF_PATHS_LOGS: this.root,
      GF_PATHS_PLUGINS: join(this.root, "data/plugins"),
      GF_PATHS_PROVISIONING: join(this.root, "provisioning"),
      GF_SERVER_HTTP_ADDR: "127.0.0.1",
      GF_SERVER_HTTP_PORT: "0",
      ...env,
    };
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.root, name)), { recursive: true });
    writeFileSync(join(this.root, name), text);
  }

  link(target: string, name: string): void {
    rmSync(join(this.root, name), { force: true });
    symlinkSync(target, join(this.root, name));
  }

  copy(from: string, to: string): void {
    cpSync(join(this.root, from), join(this.root, to), { recursive: true });
  }

  data(): string {
    return readFileSync(join(this.root, "data/grafana.db"), "utf8");
  }

  /** Starts it and waits until it listens; fails with its log when it does not. */
  async start(): Promise<this> {
    this.log = "";
    const child = spawn(join(source, "run.sh"), { env: this.env });
    this.process = child;
    return new Promise((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.log += chunk.toString();
        const address = this.log.match(/HTTP Server Listen" address=[\d.]+:(\d+)/);
        if (address?.[1] === undefined) return;
        this.port = Number(address[1]);
        resolve(this);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("close", (code) => reject(new Error(`the stand-in ended with ${code}: ${this.log}`)));
    });
  }

  /** Stops it as podman does; returns its exit code. */
  async stop(): Promise<{ code: number | null }> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null) return { code: child?.exitCode ?? null };
    return new Promise((resolve) => {
      child.on("exit", (code) => resolve({ code }));
      child.kill("SIGTERM");
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Runs it where it must not start; returns exit code and output. */
  refuse(): { code: number | null; output: string } {
    const run = spawnSync(join(source, "run.sh"), { env: this.env, encoding: "utf8", timeout: PATIENCE });
    return { code: run.status, output: run.stdout + run.stderr };
  }

  cli(args: string[], input = ""): { code: number | null; output: string } {
    const run = spawnSync("grafana", ["cli", ...args], {
      env: this.env,
      input,
      encoding: "utf8",
      timeout: PATIENCE,
    });
    return { code: run.status, output: run.stdout + run.stderr };
  }

  ask(path: string, { method = "GET", body, auth, headers = {} }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = request(
        {
          host: this.env.GF_SERVER_HTTP_ADDR,
          port: this.port,
          path,
          method,
          headers,
          timeout: PATIENCE,
          ...(auth === undefined ? {} : { auth }),
        },
        (incoming) => {
          let received = "";
          incoming.on("data", (chunk) => {
            received += chunk;
          });
          incoming.on("end", () => {
            const isJson = String(incoming.headers["content-type"]).startsWith("application/json");
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: received,
              json: isJson ? JSON.parse(received) : undefined,
            });
          });
        },
      );
      // A WebSocket's handshake has no body to wait for.
      outgoing.on("upgrade", (incoming, socket) => {
        socket.destroy();
        resolve({ status: 101, headers: incoming.headers, text: "", json: undefined });
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${path}`)));
      outgoing.on("error", reject);
      outgoing.end(text);
    });
  }

  /** Waits until the log holds something: a line may reach us after the answer that it is about. */
  async logged(wanted: string | RegExp): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (typeof wanted === "string" ? !this.log.includes(wanted) : !wanted.test(this.log)) {
      if (Date.now() > end) throw new Error(`the log holds no ${wanted}: ${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Asks until the answer is as wanted. */
  async until(path: string, auth: string, wanted: (answer: Answer) => boolean): Promise<Answer> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const answer = await this.ask(path, { auth });
      if (wanted(answer)) return answer;
      if (Date.now() > end) throw new Error(`${path} stayed ${answer.status} ${answer.text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

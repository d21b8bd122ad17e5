import { execFile } from "node:child_process";
import { join } from "node:path";
import { DOCKER_PACKAGES, daemonFile, withDocker } from "./engine";

export const CHECKOUT = join(__dirname, "..", "..", "..");

/** Where lab hosts reach this machine, once there is one. */
export const HERE = "10.99.0.1";
export const HERE6 = "fd10:99::1";

/** What a command did. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In seconds; default 300. */
  readonly timeout?: number;
}

/** Runs a command of this checkout to its end, whatever its exit code. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      {
        cwd: CHECKOUT,
        env: { ...process.env, ...options.env },
        timeout: (options.timeout ?? 300) * 1000,
        maxBuffer: 64 << 20,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
    // A command that ends without reading its input is judged by its exit code and what it printed.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Runs a command that has to succeed and returns what it printed. */
export async function must(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, options);
  if (code !== 0) {
    throw new Error(`${file} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  }
  return stdout;
}

/** A throwaway host. */
export class LabHost {
  private constructor(
    readonly name: string,
    readonly address: string,
    readonly address6: string,
    readonly hostKey: string,
  ) {}

  /** Boots a fresh host; one of the same name is removed first. */
  static async boot(name: string): Promise<LabHost> {
    const [host] = await LabHost.bootAll([name]);
    return host as LabHost;
  }

  /** Boots fresh hosts side by side; those of the same names are removed first. */
  static async bootAll(names: readonly string[]): Promise<LabHost[]> {
    await must("lab/lab", ["down", ...names]);
    try {
      return await LabHost.up(names);
    } catch (error) {
      // They may run all the same, and no test knows of it.
      await run("lab/lab", ["down", ...names]);
      throw error;
    }
  }

  private static async up(names: readonly string[]): Promise<LabHost[]> {
    await must("lab/lab", ["up", ...names], { timeout: 600 });
    const hosts = await LabHost.listed(names);
    if (withDocker) for (const host of hosts) await host.installDocker();
    return hosts;
  }

  /** With these settings of its daemon's. */
  async installDocker(settings: object = {}): Promise<void> {
    await this.exec(daemonFile(settings));
    await must("lab/lab", ["install", this.name, ...DOCKER_PACKAGES]);
  }

  private static async listed(names: readonly string[]): Promise<LabHost[]> {
    const hosts: Array<Pick<LabHost, "name" | "address" | "address6" | "hostKey">> = JSON.parse(
      await must("lab/lab", ["list", "--json"]),
    );
    return names.map((name) => {
      const host = hosts.find((candidate) => candidate.name === name);
      if (host === undefined) {
        throw new Error(`there is no lab host ${name}`);
      }
      return new LabHost(name, host.address, host.address6, host.hostKey);
    });
  }

  /** A host that is up already. */
  static async of(name: string): Promise<LabHost> {
    return (await LabHost.listed([name]))[0] as LabHost;
  }

  /** Runs a script on the host as root, without SSH. */
  exec(script: string, options: RunOptions = {}): Promise<string> {
    return must("lab/lab", ["exec", this.name, "sh", "-c", script], options);
  }

  /** As {@link exec}, whatever the exit code. */
  tryExec(script: string): Promise<Result> {
    return run("lab/lab", ["exec", this.name, "sh", "-c", script]);
  }

  /** Runs a script as the user `rootless`, in a session of its own. */
  execRootless(script: string): Promise<string> {
    return must("lab/lab", ["ssh", `rootless@${this.name}`, script]);
  }

  /** Lets root log in with the key of the other users. */
  async letRootIn(): Promise<void> {
    await this.exec("install -D -m 600 /home/operator/.ssh/authorized_keys /root/.ssh/authorized_keys");
  }

  async reboot(): Promise<void> {
    await must("lab/lab", ["reboot", this.name]);
  }

  /** Ends it as a loss of power does, until {@link start}. */
  async crash(): Promise<void> {
    await must("lab/lab", ["crash", this.name]);
  }

  async start(): Promise<void> {
    await must("lab/lab", ["start", this.name]);
  }

  /** Lends it a disk of 64 MB, mounted there. */
  async disk(directory: string): Promise<void> {
    await must("lab/lab", ["disk", this.name, directory]);
  }

  async gateway(action: "start" | "stop", ...names: string[]): Promise<void> {
    await must("lab/lab", ["gateway", this.name, action, ...names]);
  }

  /** Fetches a path of the front as a user on the host would, or one of another host. */
  async fetch(path: string, options: FetchOptions = {}): Promise<Response> {
    const scheme = options.ca === undefined ? "http" : "https";
    const url = `${scheme}://${options.of?.address ?? "127.0.0.1"}:${options.port ?? 80}${path}`;
    const config = [
      `url = ${JSON.stringify(url)}`,
      ...(options.ca === undefined ? [] : [`cacert = ${JSON.stringify(options.ca)}`]),
      ...(options.method === undefined ? [] : [`request = ${options.method}`]),
      ...(options.follow ? ["location"] : []),
      ...(options.user ? [`user = ${JSON.stringify(options.user)}`] : []),
      ...(options.data === undefined ? [] : [`data-binary = ${JSON.stringify(options.data)}`]),
      ...Object.entries(options.headers ?? {}).map(
        ([key, value]) => `header = ${JSON.stringify(`${key}: ${value}`)}`,
      ),
    ].join("\n");
    const script = `curl --silent --path-as-is --max-time ${options.within ?? 20} --write-out '\\n%{http_code} %{time_total}' --config - || :`;
    const output = await must("lab/lab", ["exec", this.name, "sh", "-c", script], { input: config });
    const [, body = "", code = "0", seconds = "0"] = /^([\s\S]*)\n(\d+) ([\d.]+)\s*$/.exec(output) ?? [];
    return { status: Number(code), body, seconds: Number(seconds) };
  }

  async down(): Promise<void> {
    await must("lab/lab", ["down", this.name]);
  }
}

export interface FetchOptions {
  readonly port?: number;
  /** Encrypted, with a certificate of this authority, by the path of its file on the host. */
  readonly ca?: string;
  /** The host that is asked; default: the host itself. */
  readonly of?: LabHost;
  readonly method?: string;
  /** Whether redirections are followed. */
  readonly follow?: boolean;
  readonly user?: string;
  readonly data?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In seconds; default 20. */
  readonly within?: number;
}

export interface Response {
  readonly status: number;
  readonly body: string;
  readonly seconds: number;
}

/** How much longer than on a machine at rest things may take: beside other tests, three files at a time on two cores. */
const UNDER_LOAD = 3;

/**
 * Asks again and again until the answer satisfies; fails with the last answer or error when that takes much longer than
 * so many seconds.
 */
export async function eventually<T>(
  seconds: number,
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
): Promise<T> {
  const limit = seconds * UNDER_LOAD;
  const end = Date.now() + limit * 1000;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (satisfies(answer)) {
        return answer;
      }
      last = answer;
    } catch (error) {
      last = String(error);
    }
    if (Date.now() > end) {
      throw new Error(`not within ${limit} s; last: ${JSON.stringify(last)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Has the lab make images that it makes only if asked; while a host is up, since the registry is at the hosts' network. */
export async function provideImages(...names: string[]): Promise<void> {
  await must(
    "lab/images/serve",
    names.flatMap((name) => ["--with", name]),
    { timeout: 1500 },
  );
}

import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { merge } from "../../../config/resolve/merge";
import { withDocker } from "./engine";
import { CHECKOUT, must, type Result, run } from "./lab";

/** One stack file over another, as a host's entry is laid over the stack. */
export { merge };

export type StackSettings = Readonly<Record<string, unknown>>;

/** The sections of a stack file of the project, by their names without the namespace. */
export function sectionsIn<Sections extends object = StackSettings>(path: string): Sections {
  const { config } = parse(readFileSync(join(CHECKOUT, path), "utf8")) as { config: object };
  const sections = Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]);
  return Object.fromEntries(sections) as Sections;
}

/** A stack with a state of its own, deployed by the real CLI. */
export class Stack {
  private constructor(
    readonly name: string,
    private readonly directory: string,
  ) {}

  private config = "";
  private salt = "";
  private readonly encrypted = new Map<string, string>();

  /** The configuration file in use. */
  get configFile(): string {
    return this.config;
  }

  static async create(name: string, settings: StackSettings): Promise<Stack> {
    const stack = new Stack(name, await mkdtemp(join(tmpdir(), "podwatch-test-")));
    await stack.configure(settings);
    return stack;
  }

  /** The same stack with a copy of its state: neither knows what the other does. */
  async copy(): Promise<Stack> {
    const stack = new Stack(this.name, await mkdtemp(join(tmpdir(), "podwatch-test-")));
    await cp(this.directory, stack.directory, { recursive: true });
    stack.config = this.config.replace(this.directory, stack.directory);
    stack.salt = this.salt;
    return stack;
  }

  /** Replaces the settings; those in `secrets` (path and value) are encrypted. */
  async configure(settings: StackSettings, secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.config === "") await this.init();
    await this.encrypt(Object.values(secrets));
    const given = Object.entries(secrets).map(
      ([path, value]) => [path, { secure: this.encrypted.get(value) }] as const,
    );
    const chosen = withDocker ? { engine: "docker", ...settings } : settings;
    const whole = given.reduce((all, [path, value]) => placed(all, keys(path), value), chosen);
    await writeFile(this.config, this.salt + stackFile(whole));
  }

  /** Makes the stack, with the salt of its secrets. */
  private async init(): Promise<void> {
    const file = join(this.directory, `Pulumi.${this.name}.yaml`);
    await writeFile(file, stackFile({}));
    const env = this.environment();
    this.config = (await must("lab/toolchain/stack-init", [this.name, file], { env })).trim();
    [this.salt = ""] = /^encryptionsalt: .*\n/m.exec(await readFile(this.config, "utf8")) ?? [];
  }

  /**
   * Encrypts what has not been encrypted before, all at once: each call of the CLI takes half a second. People type one at
   * a time, and keep it out of the command line.
   */
  private async encrypt(values: readonly string[]): Promise<void> {
    const unknown = [...new Set(values)].filter((value) => !this.encrypted.has(value));
    if (unknown.length === 0) return;
    const file = join(this.directory, "secrets.yaml");
    await writeFile(file, this.salt);
    const given = unknown.flatMap((value, index) => ["--secret", `podwatch:secret${index}=${value}`]);
    const place = ["--stack", this.name, "--config-file", file];
    const env = this.environment();
    await must("lab/toolchain/pulumi", ["config", "set-all", ...given, ...place], { env });
    const text = await readFile(file, "utf8");
    for (const [index, value] of unknown.entries()) {
      const [, secure] = new RegExp(`podwatch:secret${index}:\\s+secure: (\\S+)`).exec(text) ?? [];
      if (secure === undefined) throw new Error(`pulumi config set-all has not encrypted a value: ${text}`);
      this.encrypted.set(value, secure);
    }
  }

  /** Runs `pulumi up` without a preview before it; fails unless it succeeds. */
  async up(...args: string[]): Promise<Changes> {
    return changes(await this.succeed("up", "--yes", "--skip-preview", ...args));
  }

  /** Runs `pulumi up`, which has to fail, and returns all that it printed. */
  async failingUp(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run("up", "--yes", "--skip-preview", ...args);
    if (code === 0) {
      throw new Error(`pulumi up succeeded:\n${stdout}`);
    }
    return stdout + stderr;
  }

  async preview(...args: string[]): Promise<string> {
    return this.succeed("preview", ...args);
  }

  async destroy(): Promise<void> {
    await this.succeed("destroy", "--yes", "--skip-preview");
  }

  /** Runs `pulumi destroy`, which has to fail, and returns all that it printed. */
  async failingDestroy(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run("destroy", "--yes", "--skip-preview", ...args);
    if (code === 0) {
      throw new Error(`pulumi destroy succeeded:\n${stdout}`);
    }
    return stdout + stderr;
  }

  async output<T>(name: string): Promise<T> {
    const args = ["stack", "output", name, "--show-secrets", "--json", "--stack", this.name];
    return JSON.parse(await must("lab/toolchain/pulumi", args, { env: this.environment() }));
  }

  /** The state as Pulumi keeps it, secrets encrypted. */
  async state(): Promise<string> {
    return must("lab/toolchain/pulumi", ["stack", "export", "--stack", this.name], {
      env: this.environment(),
    });
  }

  /** Puts another state in its place. */
  async importState(state: string): Promise<void> {
    const args = ["stack", "import", "--stack", this.name];
    await must("lab/toolchain/pulumi", args, { env: this.environment(), input: state });
  }

  /** Changes the state as Pulumi keeps it. */
  async edit(change: (text: string) => string): Promise<void> {
    await must("lab/toolchain/pulumi", ["stack", "import", "--stack", this.name], {
      env: this.environment(),
      input: change(await this.state()),
    });
  }

  /** Runs any command of the CLI that takes a configuration file. */
  run(command: string, ...args: string[]): Promise<Result> {
    return run("lab/toolchain/pulumi", this.arguments(command, ...args), {
      env: this.environment(),
      timeout: 600,
    });
  }

  /** The CLI's arguments for a command that takes a configuration file. */
  arguments(command: string, ...args: string[]): string[] {
    return [command, "--stack", this.name, "--config-file", this.config, "--color", "never", ...args];
  }

  /** Takes away the lock that a killed run has left on the stack. */
  async cancel(): Promise<void> {
    await must("lab/toolchain/pulumi", ["cancel", "--yes", "--stack", this.name], {
      env: this.environment(),
    });
  }

  /** Forgets the stack; what it deployed has to be gone already. */
  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private async succeed(command: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, ...args);
    if (code !== 0) {
      throw new Error(`pulumi ${command} ended with ${code}:\n${stdout}${stderr}`);
    }
    return stdout;
  }

  environment(): Record<string, string> {
    return {
      PODWATCH_STATE: this.directory,
      PODWATCH_TOOLCHAIN: join(CHECKOUT, ".pulumi-state", "toolchain"),
    };
  }
}

/** What `pulumi up` says that it did, by kind: created, updated, deleted, unchanged ... */
export type Changes = Readonly<Record<string, number>>;

export function changes(output: string): Changes {
  const summary = output.slice(output.lastIndexOf("Resources:"));
  return Object.fromEntries(
    [...summary.matchAll(/(\d+) (created|updated|deleted|replaced|unchanged)/g)].map(([, count, kind]) => [
      kind,
      Number(count),
    ]),
  );
}

/** The keys of a path as the CLI has it: `hosts["one"].becomePassword`, `users[0].name`. */
function keys(path: string): string[] {
  return [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, ...found]) => found.join(""));
}

/** The settings with another one at this place. */
function placed(settings: unknown, [key = "", ...others]: readonly string[], value: unknown): StackSettings {
  const before = (settings ?? {}) as StackSettings;
  const after = others.length === 0 ? value : placed(before[key], others, value);
  if (!Array.isArray(before)) return { ...before, [key]: after };
  return Object.assign([...before], { [key]: after });
}

/** The text of a stack file. JSON is YAML; keys stand alone so that the CLI can add to the file. */
export function stackFile(settings: StackSettings): string {
  const entries = Object.entries(settings).map(
    ([key, value]) => `  podwatch:${key}: ${JSON.stringify(value)}\n`,
  );
  return `config:\n${entries.join("")}`;
}

/** The connection of a lab host, as a stack file has it. */
export function connection(
  user: "root" | "operator" | "guarded" | "rootless",
  host: { name: string; address: string },
) {
  return {
    name: host.name,
    address: host.address,
    user,
    privateKeyFile: ".lab/ssh/id_ed25519",
    knownHostsFile: ".lab/known_hosts",
  };
}

import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CHECKOUT, type LabHost, must, type Result, run } from "./lab";
import { type Changes, changes, type StackSettings, stackFile } from "./stack";

/** Where the checkout and the tool chain are on the host. */
export const INSIDE = "/opt/podwatch";
const TOOLS = "/opt/podwatch-tools";

/** What the program needs besides its own dependencies: a compiler, and what bundles `operate/`. */
const COMPILERS = ["typescript", "esbuild", "@esbuild"];

/** Where a user keeps a stack's state; a cache, so that snapshots pass over it. */
const STATE = "~/.cache/podwatch-test";

export type User = "operator" | "guarded" | "rootless";

/** Puts Node.js, this checkout and the Pulumi tool chain onto a host, so that it can deploy to itself. */
export async function installPulumi(host: LabHost): Promise<void> {
  const [, tools = ""] =
    /^tools=(.*)$/m.exec(readFileSync(join(CHECKOUT, ".pulumi-state", "toolchain"), "utf8")) ?? [];
  const modules = await must("npm", ["ls", "--omit=dev", "--all", "--parseable"]);
  const dependencies = modules
    .split("\n")
    .filter((path) => path.startsWith(join(CHECKOUT, "node_modules")))
    .map((path) => path.slice(CHECKOUT.length + 1));
  const sources = (await must("git", ["ls-files", "--cached", "--others", "--exclude-standard"])).split("\n");
  const checkout = [
    ...sources.filter((path) => path !== "" && !/^(tests|bench|docs(?!\/runbooks))\//.test(path)),
    ...dependencies,
    ...COMPILERS.map((name) => `node_modules/${name}`),
  ];
  await copy(host, CHECKOUT, checkout, INSIDE);
  // The tool chain is links into a cache: on the host it is files.
  await copy(host, tools, ["."], TOOLS, "--dereference");
  await copy(host, join(process.execPath, ".."), ["node"], "/usr/local/bin", "--dereference");
  await host.exec(`
    mkdir -p ${INSIDE}/.pulumi-state
    printf 'tools=${TOOLS}\\nstandins=1\\n' >${INSIDE}/.pulumi-state/toolchain
    chmod 755 ${TOOLS} ${INSIDE} && chmod -R a+rwX ${TOOLS}/home`);
}

/** Puts another checkout onto the host, beside the one that is there; gives its directory. */
export async function installEarlier(host: LabHost, from: string): Promise<string> {
  const to = `${INSIDE}-earlier`;
  const sources = execFileSync("git", ["ls-files"], { cwd: from, encoding: "utf8" }).trim().split("\n");
  await copy(host, from, sources, to);
  await host.exec(`cd ${to} && chmod 755 . && ln -s ${INSIDE}/node_modules ${INSIDE}/.pulumi-state .`);
  return to;
}

async function copy(
  host: LabHost,
  from: string,
  names: readonly string[],
  to: string,
  ...options: string[]
): Promise<void> {
  const packed = promisify(execFile)("tar", ["-c", ...options, "-C", from, "-T", "-"], {
    encoding: "buffer",
    maxBuffer: 1 << 30,
  });
  // One that ends early says why with its exit code.
  packed.child.stdin?.on("error", () => {});
  packed.child.stdin?.end(`${names.join("\n")}\n`);
  const unpacked = promisify(execFile)(
    join(CHECKOUT, "lab", "lab"),
    ["exec", host.name, "sh", "-c", `mkdir -p ${to} && tar -x --no-same-owner -C ${to}`],
    { maxBuffer: 1 << 20 },
  );
  unpacked.child.stdin?.on("error", () => {});
  unpacked.child.stdin?.end((await packed).stdout);
  await unpacked;
}

/** A stack that is deployed by a user of a host, on that host, to that host. */
export class OwnStack {
  /** Where the checkout is that it is deployed from. */
  checkout = INSIDE;

  private constructor(
    private readonly host: LabHost,
    readonly user: User,
    private readonly name: string,
  ) {}

  static async create(
    host: LabHost,
    user: User,
    name: string,
    settings: StackSettings,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<OwnStack> {
    const stack = new OwnStack(host, user, name);
    await stack.configure(settings, secrets);
    return stack;
  }

  async configure(settings: StackSettings, secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    const given = `${STATE}/${this.name}.yaml`;
    await this.must(`mkdir -p ${STATE}/tmp && cat >${given}`, stackFile(settings));
    await this.must(`lab/toolchain/stack-init ${this.name} ${given}`);
    for (const [path, value] of Object.entries(secrets)) {
      await this.must(`${this.pulumi("config")} set --secret --path podwatch:${path}`, value);
    }
  }

  async up(...args: string[]): Promise<Changes> {
    return changes(
      await this.must([this.pulumi("up"), "--yes", "--skip-preview", "--color never", ...args].join(" ")),
    );
  }

  failingUp(): Promise<Result> {
    return this.run(`${this.pulumi("up")} --yes --skip-preview --color never`);
  }

  async destroy(): Promise<void> {
    await this.must(`${this.pulumi("destroy")} --yes --skip-preview`);
  }

  state(): Promise<string> {
    return this.must(`lab/toolchain/pulumi stack export --stack ${this.name}`);
  }

  /** `npm run COMMAND`, without npm. */
  operate(command: string, ...args: string[]): Promise<Result> {
    const words = ["node operate/run.js", command, "--stack", this.name, ...args];
    return this.run(`PODWATCH_PULUMI=lab/toolchain/pulumi ${words.join(" ")}`);
  }

  private pulumi(command: string): string {
    return `lab/toolchain/pulumi ${command} --stack ${this.name} --config-file ${STATE}/config/Pulumi.${this.name}.yaml`;
  }

  private async must(script: string, input = ""): Promise<string> {
    const { code, stdout, stderr } = await this.run(script, input);
    if (code !== 0) throw new Error(`${script} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** As the user who is logged in on the host. */
  private run(script: string, input = ""): Promise<Result> {
    const environment = `export PODWATCH_STATE=$(echo ${STATE}) TMPDIR=$(echo ${STATE}/tmp) PULUMI_NODEJS_TRANSPILE_ONLY=true`;
    return run(
      "lab/lab",
      ["ssh", `${this.user}@${this.host.name}`, `${environment}; cd ${this.checkout} && ${script}`],
      {
        input,
      },
    );
  }
}

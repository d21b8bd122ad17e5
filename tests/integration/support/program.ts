import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CHECKOUT, must, type Result, run } from "./lab";
import { type Changes, changes } from "./stack";

/** A Pulumi program of somebody else's, in a project of its own, with the package that this checkout makes. */
export class Program {
  private constructor(private readonly directory: string) {}

  /** @param text of the program, in JavaScript */
  static async create(text: string): Promise<Program> {
    const directory = await mkdtemp(join(tmpdir(), "podwatch-program-"));
    const program = new Program(directory);
    const installed = join(directory, "node_modules/podwatch");
    await must("node", ["package/build.js", installed, "--no-types"]);
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(installed, "package.json"), "utf8"),
    );
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const path = join(directory, "node_modules", name);
      await mkdir(dirname(path), { recursive: true });
      await symlink(join(CHECKOUT, "node_modules", name), path);
    }
    await writeFile(join(directory, "package.json"), JSON.stringify({ name: "user", main: "index.js" }));
    await writeFile(
      join(directory, "Pulumi.yaml"),
      "name: user\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    await program.write(text);
    await program.pulumi("stack", "init");
    return program;
  }

  write(text: string): Promise<void> {
    return writeFile(join(this.directory, "index.js"), text);
  }

  async up(): Promise<Changes> {
    return changes(await this.pulumi("up", "--yes", "--skip-preview"));
  }

  /** Runs `pulumi up`, whatever comes of it. */
  tryUp(): Promise<Result> {
    return run("lab/toolchain/pulumi", this.arguments("up", "--yes", "--skip-preview"), this.options());
  }

  async destroy(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
  }

  /** The package's schema, as the CLI reads it. */
  async schema(): Promise<{ readonly resources: object; readonly types: object }> {
    const file = join(this.directory, "node_modules/podwatch/schema.json");
    return JSON.parse(await must("lab/toolchain/pulumi", ["package", "get-schema", file], this.options()));
  }

  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private pulumi(...args: string[]): Promise<string> {
    return must("lab/toolchain/pulumi", this.arguments(...args), this.options());
  }

  private arguments(...args: string[]): string[] {
    return [...args, "--stack", "test", "--cwd", this.directory, "--color", "never"];
  }

  private options() {
    return { env: { PODWATCH_STATE: join(this.directory, "state") }, timeout: 600 };
  }
}

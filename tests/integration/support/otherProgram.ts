import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dependencies } from "../../../package.json";
import { CHECKOUT, must, type Result, run } from "./lab";
import { type Changes, changes } from "./stack";

/** Somebody else's Pulumi program that uses the package, with a stack and a state of its own. */
export class OtherProgram {
  private readonly directory = mkdtempSync(join(tmpdir(), "podwatch-program-"));

  /** @param program text of its index.js */
  private constructor(
    readonly name: string,
    program: string,
  ) {
    this.write("Pulumi.yaml", `name: ${name}\nruntime: nodejs\nmain: index.js\n`);
    this.write("package.json", JSON.stringify({ name, version: "0.0.0" }));
    this.write("index.js", program);
    for (const dependency of Object.keys(dependencies)) this.link(dependency);
    this.install();
  }

  static async create(name: string, program: string): Promise<OtherProgram> {
    const created = new OtherProgram(name, program);
    await created.must("stack", "init", name);
    return created;
  }

  async up(): Promise<Changes> {
    return changes(await this.must("up", "--yes", "--skip-preview", "--stack", this.name));
  }

  /** Runs `pulumi up`, whatever comes of it. */
  tryUp(): Promise<Result> {
    return this.run("up", "--yes", "--skip-preview", "--stack", this.name);
  }

  preview(): Promise<string> {
    return this.must("preview", "--diff", "--stack", this.name);
  }

  destroy(): Promise<string> {
    return this.must("destroy", "--yes", "--skip-preview", "--stack", this.name);
  }

  /** Its state as Pulumi keeps it. */
  state(): Promise<string> {
    return this.must("stack", "export", "--stack", this.name);
  }

  async output(name: string): Promise<string> {
    return (await this.must("stack", "output", name, "--stack", this.name)).trim();
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** As `npm run package` makes it, without its types. */
  private install(): void {
    const to = join(this.directory, "node_modules", "podwatch");
    const options = ["--bundle", "--platform=node", "--target=node20", "--packages=external"];
    execFileSync(
      join(CHECKOUT, "node_modules/.bin/esbuild"),
      ["package/index.ts", ...options, "--log-level=warning", `--outfile=${join(to, "index.js")}`],
      { cwd: CHECKOUT },
    );
    for (const shipped of ["versions.json", "templates", "host", "dashboards", "docs"])
      symlinkSync(join(CHECKOUT, shipped), join(to, shipped));
  }

  private link(dependency: string): void {
    const path = join(this.directory, "node_modules", dependency);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(CHECKOUT, "node_modules", dependency), path);
  }

  private write(path: string, text: string): void {
    writeFileSync(join(this.directory, path), text);
  }

  private must(...args: string[]): Promise<string> {
    return must("lab/toolchain/pulumi", this.arguments(args), { env: this.environment(), timeout: 600 });
  }

  private run(...args: string[]): Promise<Result> {
    return run("lab/toolchain/pulumi", this.arguments(args), { env: this.environment(), timeout: 600 });
  }

  private arguments(args: readonly string[]): string[] {
    return [...args, "--cwd", this.directory, "--color", "never", "--non-interactive"];
  }

  private environment(): Record<string, string> {
    return {
      PODWATCH_STATE: join(this.directory, "state"),
      PODWATCH_TOOLCHAIN: join(CHECKOUT, ".pulumi-state", "toolchain"),
    };
  }
}

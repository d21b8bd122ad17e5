import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CHECKOUT, type LabHost } from "../tests/integration/support/lab";
import { connection, Stack } from "../tests/integration/support/stack";
import { type Deployment, deploymentOf } from "./bundles";
import { type Contender, INTERVAL, type Variant } from "./contender";

/** What a run printed, and how long it took, in seconds from its start. */
export interface Report {
  readonly seconds: number;
  readonly lines: ReadonlyArray<{ readonly seconds: number; readonly text: string }>;
}

/** Podwatch itself, with a local state of its own; or an earlier version, in its checkout. */
export class Podwatch implements Contender {
  readonly name: "podwatch" | "earlier";
  private stack: Stack | undefined;
  private hosts: readonly LabHost[] = [];

  constructor(private readonly checkout?: string) {
    this.name = checkout === undefined ? "podwatch" : "earlier";
  }

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    this.hosts = hosts;
    const settings = {
      hosts: Object.fromEntries(
        hosts.map((host) => {
          const { name, ...entry } = connection("operator", host);
          return [name, entry];
        }),
      ),
      gateways: { gid: 990, scrapeInterval: INTERVAL[variant] },
      prometheus: { data: "delete" },
      // Without the pages of runbooks: Ansible copies file by file, and those files would be most of its work.
      alerts: { runbookUrl: "https://wiki.example.com/runbooks" },
      grafana: { data: "delete" },
    };
    if (this.stack === undefined)
      this.stack = await Stack.create(this.name === "earlier" ? "bench-earlier" : "bench", settings);
    else await this.stack.configure(settings);
  }

  deploy = () => this.pulumi("up", "--skip-preview", "--yes");
  unchanged = () => this.pulumi("up", "--skip-preview", "--yes");
  change = () => this.pulumi("up", "--skip-preview", "--yes");
  destroy = () => this.pulumi("destroy", "--skip-preview", "--yes");

  /** As people type it. */
  unchangedWithPreview = () => this.pulumi("up", "--yes");
  preview = () => this.pulumi("preview");

  /** Deploys, and tells when each line was printed. */
  async deployReported(): Promise<Report> {
    const stack = this.required();
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1000;
    const child = spawn("lab/toolchain/pulumi", stack.arguments("up", "--skip-preview", "--yes"), {
      cwd: CHECKOUT,
      env: { ...process.env, ...stack.environment() },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: Array<Report["lines"][number]> = [];
    for await (const text of createInterface(child.stdout)) lines.push({ seconds: seconds(), text });
    if (child.exitCode === null) await new Promise((ended) => child.on("exit", ended));
    if (child.exitCode !== 0) {
      throw new Error(`pulumi up ended with ${child.exitCode}:\n${lines.map(({ text }) => text).join("\n")}`);
    }
    return { seconds: seconds(), lines };
  }

  async deployment(): Promise<Deployment> {
    return deploymentOf(
      await this.required().state(),
      this.hosts.map(({ name }) => name),
      4,
    );
  }

  async dispose(): Promise<void> {
    await this.stack?.dispose();
    this.stack = undefined;
  }

  private async pulumi(command: string, ...args: string[]): Promise<void> {
    const place = this.checkout === undefined ? [] : ["--cwd", this.checkout];
    // The stand-in holds back the end of each command's input, to find those that do not wait for it; the real provider does not.
    process.env.PODWATCH_STDIN_HOLD = "0";
    const { code, stdout, stderr } = await this.required().run(command, ...args, ...place);
    if (code !== 0) throw new Error(`pulumi ${command} ended with ${code}:\n${stdout}${stderr}`);
  }

  private required(): Stack {
    if (this.stack === undefined) throw new Error("prepare comes first");
    return this.stack;
  }
}

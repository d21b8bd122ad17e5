import type { LabHost } from "../tests/integration/support/lab";
import { connection, Stack } from "../tests/integration/support/stack";
import { type Deployment, deploymentOf } from "./bundles";
import { type Contender, INTERVAL, type Variant } from "./contender";

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

  async deployment(): Promise<Deployment> {
    return deploymentOf(
      await this.required().state(),
      this.hosts.map(({ name }) => name),
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

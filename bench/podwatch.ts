import type { LabHost } from "../tests/integration/support/lab";
import { connection, Stack } from "../tests/integration/support/stack";
import { type Deployment, deploymentOf } from "./bundles";
import { type Contender, INTERVAL, type Variant } from "./contender";

/** Podwatch itself, with a local state of its own. */
export class Podwatch implements Contender {
  readonly name = "podwatch";
  private stack: Stack | undefined;
  private hosts: readonly LabHost[] = [];

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
    if (this.stack === undefined) this.stack = await Stack.create("bench", settings);
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
    const { code, stdout, stderr } = await this.required().run(command, ...args);
    if (code !== 0) throw new Error(`pulumi ${command} ended with ${code}:\n${stdout}${stderr}`);
  }

  private required(): Stack {
    if (this.stack === undefined) throw new Error("prepare comes first");
    return this.stack;
  }
}

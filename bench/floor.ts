import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT, type LabHost, must } from "../tests/integration/support/lab";
import { writeRoot } from "./bundles";
import type { Contender, Variant, Work } from "./contender";

/** The same by one raw SSH session: a lower bound for any tool. */
export class Floor implements Contender {
  readonly name = "floor";
  /** What is sent to each host: everything, or what one line changes. */
  private payloads = new Map<LabHost, Readonly<Record<"all" | "changed", string>>>();

  constructor(
    private readonly directory: string,
    private readonly work: Work,
  ) {}

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    this.payloads.clear();
    for (const host of hosts) this.payloads.set(host, await this.pack(host, variant));
  }

  private async pack(host: LabHost, variant: Variant): Promise<Record<"all" | "changed", string>> {
    const services = this.work.deployments[variant][host.name];
    if (services === undefined) throw new Error(`nothing is known of ${host.name}`);
    const root = join(this.directory, "root");
    await writeRoot(services, root, this.work.units);
    const tar = (...paths: string[]) =>
      must("sh", [
        "-c",
        'cd "$0" && tar --mode=u=rwX,go=rX --owner=0 --group=0 --mtime=@1 -cz "$@" | base64',
        root,
        ...paths,
      ]);
    return { all: await tar("etc", "var"), changed: await tar(this.work.changed) };
  }

  deploy = () => this.send("deploy", "all");
  unchanged = () => this.send("unchanged", "all");
  change = () => this.send("change", "changed");
  destroy = () => this.send("destroy", "all");

  /** To all hosts side by side. */
  private async send(script: string, what: "all" | "changed"): Promise<void> {
    await Promise.all(
      [...this.payloads].map(([host, payloads]) => this.sendTo(host, payloads[what], script)),
    );
  }

  private async sendTo(host: LabHost, payload: string, script: string): Promise<void> {
    const { folder, values } = this.work;
    const read = (name: string) => readFile(join(CHECKOUT, "bench/floor", folder, `${name}.sh`), "utf8");
    const input = [
      await read("common"),
      `payload() { cat <<'PAYLOAD'\n${payload}PAYLOAD\n}`,
      ...Object.entries(values).flatMap(([name, value]) =>
        typeof value === "string" ? [`${name}='${value}'`] : [],
      ),
      await read(script),
    ].join("\n");
    const options = {
      BatchMode: "yes",
      IdentitiesOnly: "yes",
      UserKnownHostsFile: join(CHECKOUT, ".lab/known_hosts"),
      StrictHostKeyChecking: "yes",
    };
    await must(
      "ssh",
      [
        ...["-F", "/dev/null", "-i", join(CHECKOUT, ".lab/ssh/id_ed25519")],
        ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
        `operator@${host.address}`,
        "sudo -n sh -s",
      ],
      { input },
    );
  }
}

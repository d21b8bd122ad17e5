import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT, type LabHost, must } from "../tests/integration/support/lab";
import { type Deployment, writeRoot } from "./bundles";
import type { Contender, Variant } from "./contender";

/** The same containers by one raw SSH session: a lower bound for any tool. */
export class Floor implements Contender {
  readonly name = "floor";
  /** What is sent to each host. */
  private payloads = new Map<LabHost, string>();

  constructor(
    private readonly directory: string,
    private readonly deployments: Readonly<Record<Variant, Deployment>>,
    private readonly password: string,
  ) {}

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    this.payloads.clear();
    for (const host of hosts) this.payloads.set(host, await this.pack(host, variant));
  }

  private async pack(host: LabHost, variant: Variant): Promise<string> {
    const services = this.deployments[variant][host.name];
    if (services === undefined) throw new Error(`nothing is known of ${host.name}`);
    const root = join(this.directory, "root");
    await writeRoot(services, root);
    // The one changed service alone travels when one line changes.
    const paths =
      variant === "base" ? ["etc", "var"] : ["var/lib/podwatch/services/prometheus/current/files"];
    return must("sh", [
      "-c",
      'cd "$0" && tar --mode=u=rwX,go=rX --owner=0 --group=0 -cz "$@" | base64',
      root,
      ...paths,
    ]);
  }

  deploy = () => this.send("deploy");
  unchanged = () => this.send("unchanged");
  change = () => this.send("change");
  destroy = () => this.send("destroy");

  /** To all hosts side by side. */
  private async send(script: string): Promise<void> {
    await Promise.all([...this.payloads].map(([host, payload]) => this.sendTo(host, payload, script)));
  }

  private async sendTo(host: LabHost, payload: string, script: string): Promise<void> {
    const read = (name: string) => readFile(join(CHECKOUT, `bench/floor/${name}.sh`), "utf8");
    const input = [
      await read("common"),
      `payload() { cat <<'PAYLOAD'\n${payload}PAYLOAD\n}\npassword() { printf %s '${this.password}'; }\n`,
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

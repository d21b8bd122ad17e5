import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT, type LabHost, must } from "../tests/integration/support/lab";
import { type Deployment, ofEachService, writeDeployment } from "./bundles";
import type { Contender, Variant } from "./contender";

/** The same stack by a deploy script of pyinfra's. */
export class Pyinfra implements Contender {
  readonly name = "pyinfra";

  constructor(
    private readonly venv: string,
    private readonly directory: string,
    private readonly deployments: Readonly<Record<Variant, Deployment>>,
    private readonly password: string,
  ) {}

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeDeployment(this.deployments[variant], join(this.directory, "bundles"));
    const [services = {}] = Object.values(this.deployments.base);
    const data = {
      ssh_user: "operator",
      ssh_key: join(CHECKOUT, ".lab/ssh/id_ed25519"),
      ssh_known_hosts_file: join(CHECKOUT, ".lab/known_hosts"),
      ssh_strict_host_key_checking: "yes",
      ssh_config_file: "/dev/null",
      _sudo: true,
      bundles: join(this.directory, "bundles"),
      images: ofEachService(services, ({ image }) => image),
      users: ofEachService(services, ({ user }) => user),
      grafana_password: this.password,
    };
    const inventory = hosts.map(({ name, address }) => [name, { ssh_hostname: address }]);
    // pyinfra reads Python; its texts, lists and groups are written as in JSON.
    const text = `import json\n\nhosts = ([tuple(host) for host in json.loads(${JSON.stringify(JSON.stringify(inventory))})], json.loads(${JSON.stringify(JSON.stringify(data))}))\n`;
    await writeFile(join(this.directory, "inventory.py"), text, { mode: 0o600 });
  }

  deploy = () => this.play("deploy");
  unchanged = () => this.play("deploy");
  change = () => this.play("deploy");
  destroy = () => this.play("destroy");

  private async play(script: string): Promise<void> {
    await must(
      join(this.venv, "bin/pyinfra"),
      ["-y", join(this.directory, "inventory.py"), join(CHECKOUT, `bench/pyinfra/${script}.py`)],
      { timeout: 900, env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: join(CHECKOUT, "bench/pyinfra") } },
    );
  }
}

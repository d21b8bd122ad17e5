import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT, type LabHost, must, run } from "../tests/integration/support/lab";
import { type Deployment, ofEachService, writeDeployment } from "./bundles";
import type { Contender, Variant } from "./contender";

/** The same stack by a playbook. */
export class Ansible implements Contender {
  readonly name = "ansible";

  constructor(
    private readonly venv: string,
    /** A directory of its own, with a short path: ssh's control sockets stand there. */
    private readonly directory: string,
    private readonly deployments: Readonly<Record<Variant, Deployment>>,
    private readonly password: string,
  ) {}

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeDeployment(this.deployments[variant], join(this.directory, "bundles"));
    const [services = {}] = Object.values(this.deployments.base);
    const inventory = {
      all: {
        hosts: Object.fromEntries(hosts.map(({ name, address }) => [name, { ansible_host: address }])),
        vars: {
          ansible_user: "operator",
          ansible_ssh_private_key_file: join(CHECKOUT, ".lab/ssh/id_ed25519"),
          ansible_ssh_common_args:
            `-F /dev/null -o UserKnownHostsFile=${join(CHECKOUT, ".lab/known_hosts")} -o StrictHostKeyChecking=yes ` +
            "-o IdentitiesOnly=yes -o ControlMaster=auto -o ControlPersist=60s",
          bundles: join(this.directory, "bundles"),
          images: ofEachService(services, ({ image }) => image),
          users: ofEachService(services, ({ user }) => user),
          grafana_password: this.password,
        },
      },
    };
    // JSON is YAML.
    await writeFile(join(this.directory, "inventory.yml"), JSON.stringify(inventory), { mode: 0o600 });
  }

  deploy = () => this.play("deploy");
  unchanged = () => this.play("deploy");
  change = () => this.play("deploy");
  destroy = () => this.play("destroy");

  /** Ends the SSH log-ins that ControlPersist keeps. */
  async dispose(): Promise<void> {
    for (const socket of await readdir(this.controlPath).catch(() => [])) {
      await run("ssh", ["-O", "exit", "-o", `ControlPath=${join(this.controlPath, socket)}`, "any"]);
    }
  }

  private get controlPath(): string {
    return join(this.directory, "cp");
  }

  private async play(playbook: string): Promise<void> {
    await must(
      join(this.venv, "bin/ansible-playbook"),
      ["--inventory", join(this.directory, "inventory.yml"), join(CHECKOUT, `bench/ansible/${playbook}.yml`)],
      {
        timeout: 900,
        env: {
          ANSIBLE_CONFIG: join(CHECKOUT, "bench/ansible/ansible.cfg"),
          ANSIBLE_HOME: join(this.directory, "home"),
          ANSIBLE_SSH_CONTROL_PATH_DIR: this.controlPath,
        },
      },
    );
  }
}

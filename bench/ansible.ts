import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT, type LabHost, must, run } from "../tests/integration/support/lab";
import { writeDeployment } from "./bundles";
import { type Contender, mustBeUnchanged, type Variant, type Work } from "./contender";

/** Whether a play tells at its end that it changed a host. */
export function hasChanged(told: string): boolean {
  return /\bchanged=[1-9]/.test(told);
}

/** The same by a playbook. */
export class Ansible implements Contender {
  readonly name = "ansible";

  constructor(
    private readonly venv: string,
    /** A directory of its own, with a short path: ssh's control sockets stand there. */
    private readonly directory: string,
    private readonly work: Work,
  ) {}

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeDeployment(this.work.deployments[variant], join(this.directory, "bundles"));
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
          ...this.work.values,
        },
      },
    };
    // JSON is YAML.
    await writeFile(join(this.directory, "inventory.yml"), JSON.stringify(inventory), { mode: 0o600 });
  }

  deploy = async () => void (await this.play("deploy"));
  unchanged = async () => mustBeUnchanged(await this.play("deploy"), hasChanged);
  change = async () => void (await this.play("deploy"));
  destroy = async () => void (await this.play("destroy"));

  /** Ends the SSH log-ins that ControlPersist keeps. */
  async dispose(): Promise<void> {
    for (const socket of await readdir(this.controlPath).catch(() => [])) {
      await run("ssh", ["-O", "exit", "-o", `ControlPath=${join(this.controlPath, socket)}`, "any"]);
    }
  }

  private get controlPath(): string {
    return join(this.directory, "cp");
  }

  private async play(playbook: string): Promise<string> {
    return must(
      join(this.venv, "bin/ansible-playbook"),
      [
        ...["--inventory", join(this.directory, "inventory.yml")],
        join(CHECKOUT, "bench/ansible", this.work.folder, `${playbook}.yml`),
      ],
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

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT, type LabHost, run } from "../tests/integration/support/lab";
import { writeDeployment } from "./bundles";
import { type Contender, mustBeUnchanged, type Variant, type Work } from "./contender";

/** Whether a run tells of an operation that it changed a host. What runs a script, such as the wait at the end, always tells so. */
export function hasChanged(told: string): boolean {
  return /^--> Starting operation: (?!server\.shell ).*\n(?: +\[.+\] .*\n)*? +\[.+\] Success$/m.test(told);
}

/** The same by a deploy script of pyinfra's. */
export class Pyinfra implements Contender {
  readonly name = "pyinfra";

  constructor(
    private readonly venv: string,
    private readonly directory: string,
    private readonly work: Work,
  ) {}

  async prepare(hosts: readonly LabHost[], variant: Variant): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeDeployment(this.work.deployments[variant], join(this.directory, "bundles"));
    const data = {
      ssh_user: "operator",
      ssh_key: join(CHECKOUT, ".lab/ssh/id_ed25519"),
      ssh_known_hosts_file: join(CHECKOUT, ".lab/known_hosts"),
      ssh_strict_host_key_checking: "yes",
      ssh_config_file: "/dev/null",
      _sudo: true,
      bundles: join(this.directory, "bundles"),
      ...this.work.values,
    };
    const inventory = hosts.map(({ name, address }) => [name, { ssh_hostname: address }]);
    // pyinfra reads Python; its texts, lists and groups are written as in JSON.
    const text = `import json\n\nhosts = ([tuple(host) for host in json.loads(${JSON.stringify(JSON.stringify(inventory))})], json.loads(${JSON.stringify(JSON.stringify(data))}))\n`;
    await writeFile(join(this.directory, "inventory.py"), text, { mode: 0o600 });
  }

  deploy = async () => void (await this.play("deploy"));
  unchanged = async () => mustBeUnchanged(await this.play("deploy"), hasChanged);
  change = async () => void (await this.play("deploy"));
  destroy = async () => void (await this.play("destroy"));

  private async play(script: string): Promise<string> {
    const scripts = join(CHECKOUT, "bench/pyinfra", this.work.folder);
    const { code, stdout, stderr } = await run(
      join(this.venv, "bin/pyinfra"),
      ["-y", join(this.directory, "inventory.py"), join(scripts, `${script}.py`)],
      { timeout: 900, env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: scripts } },
    );
    const told = stdout + stderr;
    if (code !== 0) throw new Error(`pyinfra ${script} ended with ${code}:\n${told}`);
    return told;
  }
}

// A git repository on a lab host, read by SSH with a deploy key that may do nothing else. The host itself has no git: its own
// server is the one of an image.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type LabHost, must } from "./lab";

export class GitServer {
  private constructor(
    private readonly host: LabHost,
    /** On this machine: `scenarios.git` is what the server offers. */
    readonly directory: string,
  ) {}

  static async start(host: LabHost, image: string): Promise<GitServer> {
    const server = new GitServer(host, mkdtempSync(join(tmpdir(), "podwatch-git-")));
    await must("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-C",
      "deploy",
      "-f",
      join(server.directory, "key"),
    ]);
    await must("git", ["init", "-q", "-b", "main", server.work]);
    const serve = `sudo -n podman run --rm -i --network none -v /srv/scenarios.git:/srv/scenarios.git:ro --entrypoint git-upload-pack ${image} /srv/scenarios.git`;
    const line = `restrict,command="${serve}" ${server.publicKey.trim()}`;
    await host.exec(`podman pull -q ${image} >/dev/null
      useradd --create-home --shell /bin/sh git
      echo 'git ALL=(root) NOPASSWD: /usr/bin/podman' >/etc/sudoers.d/git
      install -d -o git -m 700 /home/git/.ssh
      echo '${line}' >/home/git/.ssh/authorized_keys
      chown git /home/git/.ssh/authorized_keys`);
    return server;
  }

  private get work(): string {
    return join(this.directory, "work");
  }

  get url(): string {
    return `ssh://git@${this.host.address}/srv/scenarios.git`;
  }

  /** The private half of the deploy key. */
  get key(): string {
    return readFileSync(join(this.directory, "key"), "utf8");
  }

  get publicKey(): string {
    return readFileSync(join(this.directory, "key.pub"), "utf8");
  }

  /** Commits files, executable if they begin with `#!`, and has the server offer them. */
  async commit(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.work, path)), { recursive: true });
      writeFileSync(join(this.work, path), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
    }
    const git = ["-C", this.work, "-c", "user.name=Scenarios", "-c", "user.email=scenarios@my-company.net"];
    await must("git", ["-C", this.work, "add", "--all"]);
    await must("git", [...git, "commit", "-q", "-m", "Scenarios"]);
    const bare = join(this.directory, "scenarios.git");
    rmSync(bare, { recursive: true, force: true });
    await must("git", ["clone", "-q", "--bare", this.work, bare]);
    const packed = await must("sh", ["-c", `tar -C '${this.directory}' -c scenarios.git | base64`]);
    await must(
      "lab/lab",
      [
        "exec",
        this.host.name,
        "sh",
        "-c",
        "rm -rf /srv/scenarios.git && base64 -d | tar -x --no-same-owner -C /srv",
      ],
      {
        input: packed,
      },
    );
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

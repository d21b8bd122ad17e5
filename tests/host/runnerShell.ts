// Calls single functions of the runner in a temporary directory, with stand-ins for podman and systemd.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formerAdvice } from "../../lib/advice";
import { attempt } from "../lib/shellRun";

const HOST = join(__dirname, "../../host");

/** All but those that begin and end a run, and the lock, which nobody else is after. */
const PARTS = [
  "kinds.sh",
  ...readdirSync(join(HOST, "kinds")).map((file) => `kinds/${file}`),
  ...readdirSync(HOST).filter(
    (file) => file.endsWith(".sh") && !["main.sh", "start.sh", "lock.sh", "kinds.sh"].includes(file),
  ),
];

/** Stand-in for podman: one file a secret below `podman/secrets`; an identity is new with every `create`. */
const PODMAN = `#!/bin/sh
set -eu
cd "$PODMAN_STATE"
case "$1 $2" in
  "secret inspect")
    eval "name=\\\${$#}"
    [ -e "secrets/$name" ] || exit 1
    printf '%s\\n' "id-$(cat "secrets/$name.id")" ;;
  "secret rm") rm "secrets/$3" "secrets/$3.id" ;;
  "secret create")
    [ ! -e "secrets/$3" ] || exit 1
    echo x >>created
    grep -c x created >"secrets/$3.id"
    if [ "$4" = - ]; then cat; else cat "$4"; fi >"secrets/$3"
    printf '%s\\n' "id-$(cat "secrets/$3.id")" ;;
  *) echo "stand-in for podman: called with $*" >&2; exit 125 ;;
esac
`;

/** Stand-in for systemctl: units named in the file \`active\` are active. */
const SYSTEMCTL = `#!/bin/sh
[ "$1 $2" = "--quiet is-active" ] || { echo "stand-in for systemctl: called with $*" >&2; exit 125; }
grep -qxF "$3" "$PODMAN_STATE/active"
`;

/** Stand-ins for what reads and changes users: the host has none but its own, and none is made or removed. */
const GETENT = "#!/bin/sh\nexit 2\n";
const CHANGE_USERS = '#!/bin/sh\necho "stand-in for $0: called with $*" >&2\nexit 125\n';

const STAND_INS = {
  podman: PODMAN,
  systemctl: SYSTEMCTL,
  getent: GETENT,
  useradd: CHANGE_USERS,
  userdel: CHANGE_USERS,
  groupdel: CHANGE_USERS,
};

export class RunnerShell {
  readonly directory = mkdtempSync(join(tmpdir(), "podwatch-host-"));
  /** What the runner keeps on the host. */
  readonly state = join(this.directory, "state");

  /** Parts that read and write files of the host's below /etc and /run have them in this directory, too. */
  constructor(private readonly withHostFiles: readonly string[] = []) {
    for (const directory of ["state/locks", "units", "podman/secrets", "bin"]) {
      mkdirSync(join(this.directory, directory), { recursive: true });
    }
    this.write("podman/active", "");
    for (const [name, script] of Object.entries(STAND_INS)) {
      this.write(`bin/${name}`, script);
      chmodSync(join(this.directory, "bin", name), 0o755);
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), text);
  }

  /** What the runner sets for a service of the name `web` that runs in a container. */
  variables(): Record<string, string> {
    const home = `${this.state}/services/web`;
    return {
      home,
      candidate: `${home}/candidate/current`,
      kind: "container",
      unit: "podwatch-web.container",
      container: "podwatch-web",
      service: "web",
    };
  }

  /** Runs a line that calls the runner's functions, under the runner's own settings. */
  run(
    line: string,
    {
      input = "",
      variables = {},
      env = {},
    }: {
      input?: string;
      variables?: Record<string, string>;
      env?: Record<string, string>;
    } = {},
  ) {
    return attempt(this.script(line, variables), { input, env: { ...this.environment(), ...env } });
  }

  environment(): Record<string, string> {
    return {
      PATH: `${this.directory}/bin:${process.env.PATH}`,
      PODMAN_STATE: join(this.directory, "podman"),
    };
  }

  script(line: string, variables: Readonly<Record<string, string>> = {}): string {
    const assignments = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
    return [
      "set -eu; ROOTLESS=; LOCK_SECONDS=60; OWNER_MARK='# Managed by Podwatch.'",
      `owner=; STATE=${this.state}; UNITS=${this.directory}/units; NATIVE_UNITS=${this.directory}/native`,
      "say() { printf '%s\\n' \"$*\"; }",
      'fail() { printf \'podwatch: %s\\n\' "$*" >&2; "${clean_up:-:}"; exit 1; }',
      "lock() { :; }",
      ...PARTS.map((part) => this.part(part)),
      formerAdvice(),
      "kind=container; release=",
      ...assignments,
      line,
    ].join("\n");
  }

  private part(part: string): string {
    if (!this.withHostFiles.includes(part)) return `. ${HOST}/${part}`;
    return readFileSync(join(HOST, part), "utf8").replace(
      /(?<=[\s=])\/(etc|run)\//g,
      `${this.directory}/$1/`,
    );
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ENGINE, unitFile, withDocker } from "./engine";
import { type LabHost, must } from "./lab";

/** Secrets by what they are. Findings name what was found, never the value. */
export type Secrets = Readonly<Record<string, string>>;

/**
 * A value as it may stand in a text: as it is, its plain stretches (which no quoting changes), and in base64 wherever
 * it begins. Of several lines, as a key has them, each is looked for.
 */
function forms(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.length >= 8 && !line.startsWith("-----"));
  return [
    ...new Set(lines.flatMap((line) => [line, ...(line.match(/[\w.-]{12,}/g) ?? []), ...inBase64(line)])),
  ];
}

/** The part of a value's base64 that does not depend on what stands around it, for each of the three beginnings. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.from("\0".repeat(before) + text);
    const whole = Math.floor(bytes.length / 3) * 4;
    return bytes.toString("base64").slice(before === 0 ? 0 : 4, whole);
  });
}

/** What of a private key is secret: its file holds the public key, too, stretches of which stand wherever that does. */
export function privateStretches(privateKey: string, publicKey: string): string {
  return privateKey
    .split(/[^\w.-]+/)
    .filter((stretch) => stretch.length >= 12 && !publicKey.includes(stretch))
    .join("\n");
}

/** Which of the secrets stand in a text. */
export function secretsIn(text: string, secrets: Secrets): string[] {
  return Object.entries(secrets)
    .filter(([, value]) => forms(value).some((form) => text.includes(form)))
    .map(([what]) => what);
}

/** Which of the secrets stand in files below a directory of this machine, as `file: secret`. */
export function secretsBelow(directory: string, secrets: Secrets): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      return secretsIn(readFileSync(file, "latin1"), secrets).map(
        (what) => `${file.slice(directory.length + 1)}: ${what}`,
      );
    });
}

/** Places of a host, each as a script that prints all that stands there. */
export const HOST_PLACES = {
  journal: "journalctl --no-pager --all",
  // One that has gone since it was listed has no log.
  "container logs": `for c in $(${ENGINE} ps -aq); do ${ENGINE} logs "$c" 2>&1 || ! ${ENGINE} container inspect "$c" >/dev/null || exit 1; done`,
  inspect: `${ENGINE} container inspect $(${ENGINE} ps --all --quiet)
    for kind in image network volume${withDocker ? "" : " secret"}; do ${ENGINE} $kind inspect $(${ENGINE} $kind ls --quiet); done`,
  "unit files": `cat ${dirname(unitFile("any"))}/podwatch* /run/systemd/generator/podwatch* 2>/dev/null; systemctl cat 'podwatch-*'`,
  "configuration files": "find /var/lib/podwatch/services -type f -exec cat {} +",
  "temporary directories": "find /tmp /var/tmp /dev/shm /home -type f -exec cat {} + 2>/dev/null",
} as const;

/** Which of the secrets stand in each place of the host, as `place: secret`. */
export async function secretsOnHost(host: LabHost, secrets: Secrets): Promise<string[]> {
  const found: string[] = [];
  for (const [place, script] of Object.entries(HOST_PLACES)) {
    const text = await host.exec(script);
    found.push(...secretsIn(text, secrets).map((what) => `${place}: ${what}`));
  }
  return found;
}

/** The files of the host, written since a file was, that an ordinary user can read and that hold a secret. */
export async function readableByEverybody(host: LabHost, since: string, secrets: Secrets): Promise<string[]> {
  const words = Object.values(secrets).flatMap(forms).join("\n");
  // grep takes the words from standard input, and runs as a user who is nobody here.
  const script = `setpriv --reuid 65533 --regid 65533 --clear-groups sh -c '
    words=$(cat)
    find / \\( -path /proc -o -path /sys \\) -prune -o -type f -newer ${since} -readable -print 2>/dev/null |
      while IFS= read -r file; do
        if printf "%s\\n" "$words" | grep -qF -f - "$file" 2>/dev/null; then echo "$file"; fi
      done'`;
  const output = await must("lab/lab", ["exec", host.name, "sh", "-c", script], { input: `${words}\n` });
  return output.split("\n").filter((line) => line !== "");
}

/** What a process of this machine was seen with. */
export interface Seen {
  readonly program: string;
  readonly commandLine: string;
  /** Name of the variable, and the value. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Looks at all processes that this one starts, again and again, until the returned function is called. */
export function watchChildren(): () => Seen[] {
  const seen = new Map<string, Seen>();
  const look = () => {
    const family = new Set([String(process.pid)]);
    const rows = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((row) => row.trim().split(/\s+/));
    for (let size = 0; size !== family.size; ) {
      size = family.size;
      for (const [pid = "", parent = ""] of rows) if (family.has(parent)) family.add(pid);
    }
    family.delete(String(process.pid));
    for (const pid of family) {
      try {
        const parameters = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
        const variables = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
        seen.set(`${pid} ${parameters} ${variables.length}`, {
          // What Node.js loads before a program is not the program.
          program: parameters
            .replace(/ --require \S+/, "")
            .split(" ", 2)
            .join(" "),
          commandLine: parameters,
          environment: new Map(
            variables.map((variable) => {
              const at = variable.indexOf("=");
              return [variable.slice(0, at), variable.slice(at + 1)];
            }),
          ),
        });
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    return [...seen.values()];
  };
}

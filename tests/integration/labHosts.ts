// What the tests of the lab's hosts share: running the command, and looking at what a machine holds.
import { type SpawnOptions, spawn } from "node:child_process";
import { join } from "node:path";

export const checkout = join(__dirname, "..", "..");

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly address6: string;
  readonly state: string;
  readonly hostKey: string;
  readonly privateKeyFile: string;
}

/** Runs a program to its end; never rejects because of its exit code. */
export function run(
  program: string,
  args: string[],
  input = "",
  options: SpawnOptions = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data) => {
      stdout += data;
    });
    child.stderr?.on("data", (data) => {
      stderr += data;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    // A program may end without having read everything.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

export function lab(...args: string[]): Promise<Result> {
  return run(join(checkout, "lab", "lab"), args);
}

/** The output of a lab command that must succeed. */
export async function labOutput(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab(...args);
  if (code !== 0) throw new Error(`lab ${args.join(" ")} exited with ${code}: ${stderr}${stdout}`);
  return stdout.trim();
}

export async function hosts(): Promise<LabHost[]> {
  return JSON.parse(await labOutput("list", "--json"));
}

export async function host(name: string): Promise<LabHost> {
  const found = (await hosts()).find((h) => h.name === name);
  if (found === undefined) throw new Error(`lab list does not show ${name}`);
  return found;
}

/** What a lab leaves on a machine while it runs: the lines of each kind that match a pattern. */
export async function footprint(pattern: string): Promise<Record<string, string[]>> {
  const matching = async (script: string) =>
    (await run("sh", ["-c", script])).stdout.split("\n").filter((line) => new RegExp(pattern).test(line));
  return {
    mounts: await matching("cat /proc/mounts"),
    interfaces: await matching("ip -o link show"),
    routes: await matching("ip route show table all"),
    rules: await matching("ip -4 rule show; ip -6 rule show"),
    cgroups: await matching("find /sys/fs/cgroup -type d -name 'podwatch-*'"),
    processes: await matching("pgrep -a 'systemd-nspawn|supervise|unshare' | grep -v '<defunct>$'"),
    disks: await matching("losetup --noheadings --output BACK-FILE"),
    files: await matching(`find '${checkout}/.lab/hosts' -mindepth 1 -maxdepth 1`),
  };
}

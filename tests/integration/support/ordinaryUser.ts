// A user of this machine without any right but what they are given, who has a checkout, a home and the tool chain for themselves.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT, must, type Result, run } from "./lab";

const ID = 65_533;

/** Programs without capabilities, and without a way to get some. */
const AS_USER = [
  "setpriv",
  `--reuid=${ID}`,
  `--regid=${ID}`,
  "--clear-groups",
  "--no-new-privs",
  "--bounding-set=-all",
  "--inh-caps=-all",
];

export class OrdinaryUser {
  private constructor(private readonly home: string) {}

  /** @param home an empty directory, which ends up theirs */
  static async create(home: string): Promise<OrdinaryUser> {
    const checkout = join(home, "podwatch");
    mkdirSync(join(checkout, "node_modules"), { recursive: true });
    const files = "git ls-files -z --cached --others --exclude-standard";
    await must("sh", ["-c", `${files} | xargs -0 cp --parents --target-directory '${checkout}'`]);
    const choice = readFileSync(join(CHECKOUT, ".pulumi-state/toolchain"), "utf8");
    const [, tools = ""] = /^tools=(.*)$/m.exec(choice) ?? [];
    // What is linked there may be out of their reach.
    await must("cp", ["--recursive", "--dereference", tools, join(home, "tools")]);
    mkdirSync(join(checkout, ".pulumi-state"));
    writeFileSync(
      join(checkout, ".pulumi-state/toolchain"),
      choice.replace(/^tools=.*$/m, `tools=${join(home, "tools")}`),
    );
    await must("chown", ["--recursive", `${ID}:${ID}`, home]);
    return new OrdinaryUser(home);
  }

  /** Lets them, and nobody else, use a socket. */
  lend(socket: string): void {
    chownSync(socket, ID, ID);
    chmodSync(socket, 0o600);
  }

  /** Runs a command in their checkout. What is installed for it lies where it is for everybody. */
  run(command: string, ...args: string[]): Promise<Result> {
    const checkout = join(this.home, "podwatch");
    const script = `mount --bind "$1/node_modules" "$2/node_modules" && cd "$2" && shift 2 && exec "$@"`;
    const own = ["env", "-i", `HOME=${this.home}`, "USER=me", `PATH=${process.env.PATH}`];
    const words = ["sh", "-c", script, "sh", CHECKOUT, checkout, ...AS_USER, ...own, command, ...args];
    return run("unshare", ["--mount", "--propagation=private", ...words], { timeout: 600 });
  }

  /** What processes of theirs may do, as the kernel tells it. */
  static rights(): string {
    return execFileSync(
      AS_USER[0] as string,
      [...AS_USER.slice(1), "grep", "-E", "^(Uid|Groups|CapEff|CapBnd)", "/proc/self/status"],
      {
        encoding: "utf8",
      },
    );
  }
}

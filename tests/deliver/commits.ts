// A repository of commits that stands in for the checkout's own: git is pointed at it by its variables, so a test
// decides which commit is there and whether files differ from it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Commits {
  private readonly directory = mkdtempSync(join(tmpdir(), "podwatch-commits-"));
  /** What points git at it. */
  readonly env = { GIT_DIR: join(this.directory, ".git"), GIT_WORK_TREE: this.directory };

  constructor() {
    this.git("init", "--quiet");
  }

  /** Commits a change. @returns its full hash */
  commit(text: string): string {
    this.change(text);
    this.git("add", "--all");
    const author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"];
    this.git(...author, "commit", "--quiet", "--no-gpg-sign", "--message", text);
    return this.git("rev-parse", "HEAD");
  }

  /** Changes a file of the last commit. */
  change(text: string): void {
    writeFileSync(join(this.directory, "file"), text);
  }

  /** Goes back to an earlier commit. */
  checkOut(commit: string): void {
    this.git("checkout", "--quiet", "--force", commit);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private git(...args: string[]): string {
    const env = { ...process.env, ...this.env };
    return execFileSync("git", args, { env, cwd: this.directory, encoding: "utf8" }).trim();
  }
}

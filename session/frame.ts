// Login shells print: a banner, a prompt, whatever stands in their start files, and some read what is meant for
// commands. So what a command prints stands between marks that its call chose; all else is noise.
import { randomBytes } from "node:crypto";
import { Transform, type Writable } from "node:stream";
import { command } from "../lib/shell";
import type { Outcome, Streams } from "./session";

/** So much of what the shell itself prints is kept, for messages; in bytes. */
const NOISE_KEPT = 2000;

/** A command that runs, however it is reached. */
export interface Running {
  readonly stdin: Writable;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  /** Its exit code once it has ended; nothing where the connection was lost. */
  readonly ended: Promise<number | undefined>;
  /** Lets go of it; it may run on. */
  leave(): void;
}

/** What the marks of one call enclose. */
export class Frame {
  private readonly halves = [randomBytes(8).toString("hex"), randomBytes(8).toString("hex")] as const;
  private readonly mark = this.halves.join("");

  /**
   * The line for the login shell, whichever that is. The script itself comes on standard input, after the mark: so it is
   * noticed when a start file has read from there. The line does not hold the mark as a whole, as shells may print
   * what they run. The marks of the errors enclose those of the output, in case both go the same way.
   */
  readonly line = command([
    "/bin/sh",
    "-c",
    [
      `m=${this.halves[0]}`,
      `m="$m"${this.halves[1]}`,
      'echo "$m." >&2',
      'echo "$m"',
      "IFS= read -r first",
      'if [ "$first" = "$m" ]; then IFS= read -r script; /bin/sh -c "$script"; code=$?; else cat >/dev/null; code=eaten; fi',
      'echo "$m $code"',
      'echo "$m. end" >&2',
    ].join("; "),
  ]);

  /** Sends a script, then what it is to read, and takes what it prints. `user`: whose shell it is, for messages. */
  async exchange(
    running: Running,
    user: string,
    script: string,
    { input = "", output }: Streams,
  ): Promise<Outcome> {
    if (script.includes("\n")) {
      throw new Error("a script for a host is one line");
    }
    const [answer, errors] = [new Unframe(this.mark), new Unframe(`${this.mark}.`)];
    const taken = Promise.all([collect(running.stdout, answer, output), collect(running.stderr, errors)]);
    // Whether a script reads its input to the end shows in its exit code.
    running.stdin.on("error", () => {});
    running.stdin.write(`${this.mark}\n${script}\n`);
    if (typeof input === "string") {
      running.stdin.end(input);
    } else {
      input.pipe(running.stdin);
    }
    try {
      const [stdout, stderr] = await taken;
      const code = await running.ended;
      return { code: answer.code(code, user, errors), stdout, stderr: errors.begun ? stderr : stdout };
    } catch (error) {
      running.leave();
      throw error;
    }
  }
}

/** Lets through what is between the marks. */
class Unframe extends Transform {
  begun = false;
  /** What stood after the second mark: the exit code. */
  private word: string | undefined;
  /** What came before the first mark. */
  private noise = Buffer.alloc(0);
  private rest = Buffer.alloc(0);

  constructor(private readonly mark: string) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: string, done: () => void): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    if (!this.begun) {
      this.begun = this.cut(`${this.mark}\n`, (before) => {
        this.noise = Buffer.concat([this.noise, before]).subarray(0, NOISE_KEPT);
      });
    }
    if (this.begun && this.word === undefined && this.cut(`${this.mark} `, (inside) => this.push(inside))) {
      this.word = "";
    }
    if (this.word !== undefined && !this.word.endsWith("\n")) {
      const end = this.rest.indexOf("\n");
      this.word += this.rest.subarray(0, end < 0 ? undefined : end + 1).toString();
    }
    if (this.word !== undefined) {
      this.rest = Buffer.alloc(0);
    }
    done();
  }

  override _flush(done: () => void): void {
    if (this.begun) {
      this.push(this.rest);
    } else {
      this.noise = Buffer.concat([this.noise, this.rest]).subarray(0, NOISE_KEPT);
    }
    done();
  }

  /** Passes on what stands before a word; of what may be its beginning, it waits for more. */
  private cut(word: string, pass: (before: Buffer) => void): boolean {
    const at = this.rest.indexOf(word);
    const end = at < 0 ? Math.max(0, this.rest.length - word.length) : at;
    if (end > 0) {
      pass(this.rest.subarray(0, end));
    }
    this.rest = this.rest.subarray(at < 0 ? end : at + word.length);
    return at >= 0;
  }

  /**
   * The exit code of the script, -1 where the connection was lost.
   *
   * @throws Error that says what the login shell does instead of running it
   */
  code(ofShell: number | undefined, user: string, errors: Unframe): number {
    const word = this.word?.trim() ?? "";
    if (/^\d+$/.test(word)) {
      return Number(word);
    }
    if (word === "eaten") {
      throw new Error(
        `a start file of ${user}'s login shell (.bashrc, .profile, config.fish, .cshrc ...) reads the standard input that is ` +
          "meant for commands; let it do so in interactive shells only",
      );
    }
    if (this.begun || ofShell === undefined) {
      return ofShell || -1;
    }
    const said = [this.noise, errors.noise].map((bytes) => printable(bytes.toString())).filter(Boolean);
    throw new Error(
      `the login shell of ${user} runs no command: it ended with ${ofShell} and said ${said.map((text) => JSON.stringify(text)).join(" and ") || "nothing"}; ` +
        `look what ssh ${user}@... true prints, at the shell (getent passwd ${user}), at its start files and at ForceCommand in sshd_config`,
    );
  }
}

async function collect(from: NodeJS.ReadableStream, unframe: Unframe, output?: Writable): Promise<string> {
  from.pipe(unframe);
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    if (output === undefined) {
      unframe.on("data", (chunk: Buffer) => chunks.push(chunk));
    } else {
      output.on("error", reject);
      unframe.pipe(output, { end: false });
    }
    unframe.on("end", () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Without what terminals take for commands, in one line. */
function printable(text: string): string {
  const line = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0009\u000b-\u001f\u007f]/g, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " / ");
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

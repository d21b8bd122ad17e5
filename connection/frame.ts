// Login shells print banners, prompts and the output of their start files, and some read the standard input of
// commands. So a command's output is enclosed in random markers; everything else is noise.
import { randomBytes } from "node:crypto";
import { Transform, type Writable } from "node:stream";
import { command } from "../lib/shell";
import type { Outcome, Streams } from "./session";

/** Maximum size of the shell's own output that is kept for messages, in bytes. */
const NOISE_KEPT = 2000;

/** A command that runs, however it is reached. */
export interface Running {
  readonly stdin: Writable;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  /** Its exit code once it has ended; undefined if the connection was lost. */
  readonly ended: Promise<number | undefined>;
  /** Detaches from it; it may continue. */
  leave(): void;
}

/** The framed output of a call. */
export class Frame {
  private readonly halves = [randomBytes(8).toString("hex"), randomBytes(8).toString("hex")] as const;
  private readonly mark = this.halves.join("");

  /**
   * The line for any login shell. The script itself comes on standard input, after the marker, which
   * reveals a start file that reads standard input. The line does not contain the whole marker, since shells may print
   * what they run. The markers on standard error enclose those of the output, in case both go to the same stream.
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

  /** Sends a script and its standard input, and reads its output. `user`: the shell's user, for messages. */
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
    // A script that does not read all its input shows it in its exit code.
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

/** Passes on what is between the markers. */
class Unframe extends Transform {
  begun = false;
  /** The text after the second marker: the exit code. */
  private word: string | undefined;
  /** The text before the first marker. */
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

  /** Passes on the text before a word, keeping back what may be its beginning. */
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
   * The exit code of the script, -1 if the connection was lost.
   *
   * @throws Error with what the login shell does instead of running it
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
        `check what ssh ${user}@... true prints, at the shell (getent passwd ${user}), at its start files and at ForceCommand in sshd_config`,
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

/** Without terminal control sequences, in one line. */
function printable(text: string): string {
  const line = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0009\u000b-\u001f\u007f]/g, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " / ");
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

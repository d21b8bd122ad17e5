// Collects what a command prints, and shows it to the user line by line while it runs.
import type { Log } from "../provider/serve";

/** The real provider's line reader stops at such a line, and the command then never ends. */
const LONGEST_LINE = 64 * 1024;

export type Stream = "stdout" | "stderr";

export class Output {
  private readonly chunks: { stream: Stream; data: Buffer }[] = [];
  private line = Buffer.alloc(0);
  private tooLong = false;

  /** `logging` as the user gave it: any value but the known ones shows nothing, as in the real provider. */
  constructor(
    private readonly log: Log,
    private readonly logging: string | undefined,
  ) {}

  write(stream: Stream, data: Buffer): void {
    this.chunks.push({ stream, data });
    const shown = [undefined, "stdoutAndStderr", stream];
    if (!shown.includes(this.logging)) return;
    let rest = Buffer.concat([this.line, data]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.show(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.line = rest;
    this.tooLong ||= rest.length > LONGEST_LINE;
  }

  /** Shows what the last line holds; fails where the real provider would hang for ever. */
  end(): void {
    if (this.line.length > 0) this.show(this.line);
    this.line = Buffer.alloc(0);
    if (this.tooLong) {
      throw new Error(
        `the command printed a line longer than ${LONGEST_LINE} bytes: the real provider never returns from that; set logging to "none"`,
      );
    }
  }

  /** Everything in order of arrival. */
  all(): string {
    return Buffer.concat(this.chunks.map(({ data }) => data)).toString();
  }

  /** One stream without its last newline. */
  of(stream: Stream): string {
    const bytes = Buffer.concat(
      this.chunks.filter((chunk) => chunk.stream === stream).map(({ data }) => data),
    );
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\n$/, "");
    } catch {
      throw new Error("grpc: error while marshaling: string field contains invalid UTF-8");
    }
  }

  private show(line: Buffer): void {
    if (line.length > LONGEST_LINE) this.tooLong = true;
    else this.log("info", line.toString().replace(/\r$/, ""), true);
  }
}

// Reads a tar archive completely to verify that it is complete.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

const BLOCK = 512;

/** Types with contents after their header: files, and extensions of the next header. */
const WITH_CONTENTS = /[\0 07xgLKSX]/;

export interface ArchiveContents {
  readonly sha256: string;
  readonly bytes: number;
  /** Why it is not a complete tar archive. */
  readonly problem?: string;
}

export async function readArchive(path: string): Promise<ArchiveContents> {
  const hash = createHash("sha256");
  const tar = new Tar();
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    tar.read(chunk as Buffer);
  }
  const problem = tar.end();
  return { sha256: hash.digest("hex"), bytes, ...(problem === undefined ? {} : { problem }) };
}

/** Reads header by header. */
class Tar {
  private entries = 0;
  private problem: string | undefined;
  private block = Buffer.alloc(0);
  /** Remaining bytes of contents. */
  private left = 0;
  /** Blocks of zeros so far: two end an archive. */
  private zeros = 0;

  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.problem === undefined) {
      if (this.left > 0) {
        const passed = Math.min(this.left, chunk.length - at);
        this.left -= passed;
        at += passed;
        continue;
      }
      const part = chunk.subarray(at, at + BLOCK - this.block.length);
      this.block = Buffer.concat([this.block, part]);
      at += part.length;
      if (this.block.length === BLOCK) {
        this.header(this.block);
        this.block = Buffer.alloc(0);
      }
    }
  }

  /** The problem of the archive, if any. */
  end(): string | undefined {
    if (this.entries === 0 && this.zeros === 0) {
      this.problem ??=
        this.block.length === 0
          ? "it is empty"
          : `it is not a tar archive: it begins with ${shown(this.block)}`;
    } else if (this.zeros < 2 || this.left > 0 || this.block.length > 0) {
      this.problem ??= `it is truncated after ${this.entries} entries`;
    }
    return this.problem;
  }

  private header(block: Buffer): void {
    if (block.every((byte) => byte === 0)) {
      this.zeros += 1;
      return;
    }
    if (this.zeros > 0 || number(block.subarray(148, 156)) !== checksum(block)) {
      const where = this.entries === 0 ? "it begins with" : `after ${this.entries} entries there is`;
      this.problem = `it is not a tar archive: ${where} ${shown(block)}`;
      return;
    }
    this.entries += 1;
    if (WITH_CONTENTS.test(String.fromCharCode(block[156] ?? 0))) {
      this.left = Math.ceil(number(block.subarray(124, 136)) / BLOCK) * BLOCK;
    }
  }
}

/** Octal digits, or for large numbers the number itself after a byte with its highest bit set. */
function number(field: Buffer): number {
  const [first = 0, ...rest] = field;
  if (first >= 0x80) {
    return rest.reduce((value, byte) => value * 256 + byte, first & 0x7f);
  }
  return Number.parseInt(field.toString("latin1").replaceAll(/[\0 ]/g, "") || "0", 8);
}

/** The sum of a header's bytes, its own field counted as spaces. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

function shown(block: Buffer): string {
  return JSON.stringify(block.subarray(0, 40).toString("latin1"));
}

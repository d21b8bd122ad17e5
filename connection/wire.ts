// Reading SSH's binary strings (RFC 4251): a length of four bytes, then that many bytes.

/** Undefined once the data ends too early, and from then on. */
export class Reader {
  private at = 0;
  constructor(private readonly data: Buffer) {}

  number(): number | undefined {
    const value = this.at + 4 <= this.data.length ? this.data.readUInt32BE(this.at) : undefined;
    this.at = value === undefined ? this.data.length : this.at + 4;
    return value;
  }

  bytes(): Buffer | undefined {
    const length = this.number();
    if (length === undefined || this.at + length > this.data.length) {
      this.at = this.data.length;
      return undefined;
    }
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  string(): string | undefined {
    return this.bytes()?.toString("latin1");
  }
}

/** Strict: Buffer.from would skip over what is not base64. */
export function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0
    ? Buffer.from(text, "base64")
    : undefined;
}

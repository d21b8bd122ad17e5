// Frames of HTTP/2 as no client of good manners sends them (RFC 9113, RFC 7541).
import { connect, type TLSSocket } from "node:tls";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const [DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, CONTINUATION] = [0, 1, 3, 4, 7, 9] as const;
const END_STREAM = 1;
const END_HEADERS = 4;
/** The largest that a server has to take. */
const FRAME = 16_384;

/** Statuses that have a number of their own in HPACK's static table. */
const INDEXED: Readonly<Record<number, number>> = {
  8: 200,
  9: 204,
  10: 206,
  11: 304,
  12: 400,
  13: 404,
  14: 500,
};

export type Header = readonly [name: string, value: string];

export interface Attack {
  readonly name: string;
  readonly headers: readonly Header[];
  readonly body?: string;
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Each header with its name, as it is given. */
function block(headers: readonly Header[]): Buffer {
  return Buffer.concat(headers.flatMap((header) => [Buffer.from([0]), ...header.map(text)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  const length = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

export class RawHttp2 {
  /** What has come back: a status, `reset` of a stream, or `ended` for the connection. */
  readonly seen: Array<number | "reset" | "ended"> = [];
  private rest: Buffer = Buffer.alloc(0);

  private constructor(private readonly socket: TLSSocket) {
    socket.on("data", (data) => this.take(data));
    socket.on("error", () => undefined);
    socket.on("close", () => this.seen.push("ended"));
    this.send(Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS, 0, 0)]));
  }

  static open(address: string, ca: string): Promise<RawHttp2> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port: 443, ca, ALPNProtocols: ["h2"] }, () =>
        resolve(new RawHttp2(socket)),
      );
      socket.once("error", reject);
    });
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  request(stream: number, { headers, body }: Pick<Attack, "headers" | "body">): void {
    this.send(frame(HEADERS, END_HEADERS | (body === undefined ? END_STREAM : 0), stream, block(headers)));
    if (body !== undefined) this.send(frame(DATA, END_STREAM, stream, Buffer.from(body)));
  }

  /** A request that is taken back at once. */
  rapidReset(stream: number, headers: readonly Header[]): void {
    const cancel = Buffer.from([0, 0, 0, 8]);
    this.send(
      Buffer.concat([
        frame(HEADERS, END_HEADERS | END_STREAM, stream, block(headers)),
        frame(RST_STREAM, 0, stream, cancel),
      ]),
    );
  }

  /** Headers without an end; gives the bytes that were taken until the connection was closed. */
  async endless(headers: readonly Header[], atMost: number): Promise<number> {
    this.send(frame(HEADERS, 0, 1, block(headers)));
    const more = block([["x-more", "a".repeat(FRAME - 20)]]);
    let sent = 0;
    while (this.isOpen && sent < atMost) {
      this.send(frame(CONTINUATION, 0, 1, more));
      sent += more.length;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return sent;
  }

  /** What the next answer is, `silence` if there is none. */
  async answer(within = 5_000): Promise<number | "reset" | "ended" | "silence"> {
    const end = Date.now() + within;
    while (this.seen.length === 0 && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return this.seen[0] ?? "silence";
  }

  close(): void {
    this.socket.destroy();
  }

  private send(bytes: Buffer): void {
    if (this.isOpen) this.socket.write(bytes);
  }

  private take(data: Buffer): void {
    this.rest = Buffer.concat([this.rest, data]);
    while (this.rest.length >= 9) {
      const length = this.rest.readUIntBE(0, 3);
      if (this.rest.length < 9 + length) return;
      const [type, flags] = [this.rest.readUInt8(3), this.rest.readUInt8(4)];
      const payload = this.rest.subarray(9, 9 + length);
      this.rest = this.rest.subarray(9 + length);
      if (type === HEADERS) this.seen.push(statusIn(payload));
      if (type === RST_STREAM) this.seen.push("reset");
      if (type === GOAWAY) this.seen.push("ended");
      if (type === SETTINGS && flags === 0) this.send(frame(SETTINGS, 1, 0));
    }
  }
}

/** The status comes first, after sizes of the table. */
function statusIn(payload: Buffer): number {
  let at = 0;
  while (((payload[at] ?? 0) & 0xe0) === 0x20) at += 1;
  const first = payload[at] ?? 0;
  return first & 0x80 ? (INDEXED[first & 0x7f] ?? 0) : Number(payload.toString("latin1", at + 2, at + 5));
}

/** Whoever gets `/prometheus/-/ready` by one of these is behind the log-in. */
export function withoutLogIn(authority: string): Attack[] {
  const path = "/prometheus/-/ready";
  const usual: Header[] = [
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", authority],
    [":path", path],
  ];
  const but = (...changed: Header[]): Header[] => [
    ...usual.filter(([name]) => !changed.some(([other]) => other === name)),
    ...changed,
  ];
  const inner = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const all: Array<readonly [string, readonly Header[], string?]> = [
    ["as anybody", usual],
    ["an authority that is not known", but([":authority", "attacker.test"])],
    ["a host beside the authority", [...usual, ["host", "attacker.test"]]],
    [
      "no authority, and a host that is not known",
      [...usual.filter(([name]) => name !== ":authority"), ["host", "attacker.test"]],
    ],
    ["two authorities", [...usual, [":authority", "localhost"]]],
    ["two paths", [...usual, [":path", "/grafana/api/health"]]],
    ["two methods", [...usual, [":method", "OPTIONS"]]],
    ["a path within a path", but([":path", `/grafana/..;${path}`])],
    ["dot segments out of what is open", but([":path", `/grafana/..${path}`])],
    ["the same, encoded", but([":path", `/grafana/%2e%2e${path}`])],
    ["an absolute path", but([":path", `https://${authority}${path}`])],
    ["a path with a request in it", but([":path", `/grafana/ HTTP/1.1\r\nHost: x\r\n\r\n${inner}`])],
    ["a path with a blank", but([":path", `/grafana/ ${path}`])],
    ["a method with a request in it", but([":method", `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\nGET`])],
    ["a value with a line break", [...usual, ["x-a", `b\r\nAuthorization: Basic eDp5`]]],
    ["a name with a line break", [...usual, ["x-a: b\r\nx-b", "c"]]],
    ["a name in capitals", [...usual, ["Authorization", "Basic eDp5"]]],
    ["a value with a zero", [...usual, ["x-a", "b\0c"]]],
    [
      "CONNECT",
      [
        [":method", "CONNECT"],
        [":authority", "podwatch-prometheus:9090"],
      ],
    ],
    ["CONNECT with a protocol", [...but([":method", "CONNECT"]), [":protocol", "websocket"]]],
    ["an upgrade", [...usual, ["upgrade", "websocket"], ["connection", "upgrade"]]],
    ["internal headers", [...usual, ["x-area", "start"], ["x-asks", "read"], ["x-original-url", "/"]]],
    ["two log-ins", [...usual, ["authorization", "Bearer x"], ["authorization", "Basic eDp5"]]],
    [
      "chunks behind an open path",
      [...but([":method", "POST"], [":path", "/grafana/api/health"]), ["transfer-encoding", "chunked"]],
      `0\r\n\r\n${inner}`,
    ],
    [
      "a length that is too short",
      [...but([":method", "POST"], [":path", "/prometheus/api/v1/query"]), ["content-length", "3"]],
      `x=1${inner}`,
    ],
    [
      "two lengths",
      [
        ...but([":method", "POST"], [":path", "/prometheus/api/v1/query"]),
        ["content-length", "3"],
        ["content-length", "5"],
      ],
      "x=123",
    ],
    [
      "huge headers",
      [...usual, ...Array.from({ length: 40 }, (_, index): Header => [`x-${index}`, "a".repeat(1000)])],
    ],
  ];
  return all.map(([name, headers, body]) => ({ name, headers, ...(body === undefined ? {} : { body }) }));
}

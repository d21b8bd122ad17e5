import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import type { Host } from "./host";
import { Final } from "./insist";

export interface Answered {
  readonly status: number;
  readonly body: string;
}

export interface FrontOptions {
  /** `user:password`. */
  readonly auth?: string;
  /** Sent as JSON, with POST. */
  readonly body?: unknown;
}

/** How long the front may take to answer, in milliseconds. */
const ANSWER_WITHIN = 30_000;

/** The front of a host, asked from the host itself: through SSH, at the address that it is published on. */
export class Front {
  private readonly address: string;
  private readonly port: number;

  /** @throws Error when the host has no front */
  constructor(private readonly host: Host) {
    const bundle = host.deployed.services.find(({ name }) => name === "nginx")?.bundle ?? "";
    const [, bind, port] = /^ {2}PublishPort=(.+):(\d+):\d+$/m.exec(bundle) ?? [];
    if (bind === undefined) {
      throw new Error("the stack publishes no front on this host: run pulumi up");
    }
    this.address = { "0.0.0.0": "127.0.0.1", "[::]": "::1" }[bind] ?? bind.replace(/^\[(.*)\]$/, "$1");
    this.port = Number(port);
  }

  async ask(path: string, { auth, body }: FrontOptions = {}): Promise<Answered> {
    const socket = await this.socket();
    const { address, port } = this;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const asked = request({
        createConnection: () => socket as never,
        path,
        method: sent === undefined ? "GET" : "POST",
        headers: {
          host: address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`,
          connection: "close",
          ...(sent === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
        },
        ...(auth === undefined ? {} : { auth }),
      });
      const timer = setTimeout(
        () => asked.destroy(new Error(`${path} is not answered within ${ANSWER_WITHIN / 1000} s`)),
        ANSWER_WITHIN,
      );
      asked.on("response", resolve);
      asked.on("error", reject);
      asked.on("close", () => clearTimeout(timer));
      asked.end(sent);
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  }

  /**
   * What answers with JSON and a status below 300.
   *
   * @throws Final where a log-in is refused: who tries again and again is locked out
   */
  async json<T>(path: string, options?: FrontOptions): Promise<T> {
    const { status, body } = await this.ask(path, options);
    if (status >= 300) {
      const refused = options?.auth !== undefined && (status === 401 || status === 403);
      throw new (refused ? Final : Error)(`${path} is answered with status ${status}`);
    }
    return JSON.parse(body) as T;
  }

  private async socket(): Promise<Duplex> {
    const { address, port } = this;
    try {
      return socketLike(await this.host.connect(address, port));
    } catch (error) {
      const { message } = error as Error;
      if (/prohibited/.test(message)) {
        throw new Final(
          "the SSH server forwards no connections, which verify needs: set AllowTcpForwarding local in sshd_config",
        );
      }
      throw new Error(
        `nothing answers at ${address}:${port} on the host (${message}); npm run status says how NGINX is`,
      );
    }
  }
}

/** HTTP asks of its stream what only a socket can do; over SSH there is nothing to set. */
function socketLike(stream: Duplex): Duplex {
  const unset = () => stream;
  return Object.assign(stream, {
    setKeepAlive: unset,
    setNoDelay: unset,
    setTimeout: unset,
    ref: unset,
    unref: unset,
  });
}

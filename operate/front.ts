import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect, rootCertificates } from "node:tls";
import { inUrl } from "../lib/address";
import type { Host } from "./host";
import { type Answered, reach } from "./reach";
import { Final } from "./retry";

export interface FrontOptions {
  /** `user:password`. */
  readonly auth?: string;
  /** One with `authorization` is a log-in of the caller's own, and its refusal an answer like any other. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, with POST. */
  readonly body?: unknown;
}

/** How long the front may take to answer, in milliseconds. */
const ANSWER_WITHIN = 30_000;

/** Time-out of a connection; if packets are dropped, an SSH server itself waits for minutes. */
const CONNECT_WITHIN = 10_000;

/** A port in a unit of podman's, or of Docker's. */
const PUBLISHED = /^ {2}(?:PublishPort=| {2}"?--publish=)(?:(.+):)?(\d+):\d+"?(?: \\)?$/m;

/** The front of a host, queried from the host itself through SSH, at its published address. */
export class Front {
  private readonly address: string;
  private readonly port: number;
  /** What its certificate has to be for; undefined: it speaks in clear text. */
  private readonly tls: ConnectionOptions | undefined;
  /** Sent where there is no other log-in. */
  private readonly token: string | undefined;
  /** Where it is, for people and for HTTP. */
  private readonly place: string;

  /** @throws Error when the host has no front */
  constructor(
    private readonly host: Pick<Host, "deployed" | "connect">,
    private readonly within = { connect: CONNECT_WITHIN, answer: ANSWER_WITHIN },
  ) {
    const bundle = host.deployed.services.find(({ name }) => name === "nginx")?.bundle ?? "";
    const [, bind = "0.0.0.0", port] = PUBLISHED.exec(bundle) ?? [];
    if (port === undefined) {
      throw new Error("the stack publishes no front on this host: run pulumi up");
    }
    this.address = { "0.0.0.0": "127.0.0.1", "[::]": "::1" }[bind] ?? bind.replace(/^\[(.*)\]$/, "$1");
    this.port = Number(port);
    this.token = host.deployed.frontToken;
    this.place = `${inUrl(this.address)}:${port}`;
    this.tls = /^ +ssl_certificate /m.test(bundle) ? this.expectation() : undefined;
  }

  async ask(path: string, { auth, body, headers = {} }: FrontOptions = {}): Promise<Answered> {
    const socket = await this.socket();
    const { place, within, tls, token } = this;
    let late: Error | undefined;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const asked = request({
        createConnection: () => (tls === undefined ? socket : connect({ ...tls, socket })) as never,
        path,
        method: sent === undefined ? "GET" : "POST",
        headers: {
          ...(auth === undefined && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
          ...headers,
          host: place,
          connection: "close",
          ...(sent === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
        },
        ...(auth === undefined ? {} : { auth }),
      });
      const timer = setTimeout(() => {
        late = new Error(`${path} is not answered within ${within.answer / 1000} s`);
        asked.destroy(late);
      }, within.answer);
      asked.on("response", resolve);
      asked.on("error", (error) => reject(this.unanswered(error)));
      asked.on("close", () => clearTimeout(timer));
      asked.end(sent);
    });
    let answered: Answered;
    try {
      answered = { status: response.statusCode ?? 0, body: await text(response) };
    } catch {
      throw late ?? new Error(`${path} is answered incompletely: the connection ended`);
    }
    if (headers.authorization === undefined && asksForLogIn(response, answered)) {
      throw new Final(
        token === undefined
          ? "the front itself requires a log-in (status 401), for instance by auth_basic in front.snippet; verify has none, and cannot check what is behind it"
          : "the front does not accept the log-in that the last deployment made for these commands (status 401): run pulumi up",
      );
    }
    return answered;
  }

  /** A certificate of the stack's own authority is for loopback addresses, too; one from elsewhere for the public name. */
  private expectation(): ConnectionOptions {
    const { front } = this.host.deployed;
    return {
      ...(front?.ca === undefined
        ? {}
        : { ca: front.publicToo === true ? [front.ca, ...rootCertificates] : front.ca }),
      host: front?.name ?? this.address,
      ALPNProtocols: ["http/1.1"],
    };
  }

  /** Why there is no answer on an accepted connection. */
  private unanswered(error: Error & { code?: string }): Error {
    if (isCertificateError(error)) {
      return new Error(
        `the certificate at ${this.place} on the host is not the expected one: ${error.message}; ${LOOK}`,
      );
    }
    if (error.code === "ECONNRESET" || error.code === "EPIPE") {
      return new Error(ended(this.place));
    }
    return error.code?.startsWith("HPE_")
      ? new Error(
          `what answers at ${this.place} on the host does not speak HTTP; is it another program's port?`,
        )
      : error;
  }

  /**
   * A response with JSON and a status below 300.
   *
   * @throws Final if a log-in is refused, since retries would lock the user out
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
    const { address, port, within } = this;
    try {
      return await reach(this.host, address, port, within.connect);
    } catch (error) {
      const { message } = error as Error;
      if (/prohibited/.test(message)) {
        throw new Final(
          "the SSH server forwards no connections, which verify needs: set AllowTcpForwarding local in sshd_config",
        );
      }
      throw new Error(unconnected(message, this.place));
    }
  }
}

const LOOK = "npm run status shows the state of NGINX";

const ended = (place: string) =>
  `${place} on the host accepts the connection and closes it without an answer: what listens there does not lead to NGINX; ${LOOK}`;

/** Why the connection failed; the messages are those of the host's kernel, from its SSH server or Node.js. */
function unconnected(reason: string, place: string): string {
  if (/refused/i.test(reason)) return `nothing listens at ${place} on the host; ${LOOK}`;
  if (/reset/i.test(reason)) return ended(place);
  if (/within|timed? ?out/i.test(reason)) {
    return `${place} on the host does not accept a connection (${reason}): packets to it are dropped, by a firewall or because NGINX is gone; ${LOOK}`;
  }
  // "open failed" is OpenSSH's only message if the kernel does not even try to connect.
  if (
    /: open failed$|unreachable|cannot assign|address (family|not available)|EADDRNOTAVAIL|EAFNOSUPPORT|E(NET|HOST)UNREACH/i.test(
      reason,
    )
  ) {
    const family = place.startsWith("[") ? "IPv6" : "IPv4";
    return `the host has no route to its own ${place} (${reason}): the address, or ${family} as a whole, is gone from it; ${LOOK}`;
  }
  return `nothing answers at ${place} on the host (${reason}); ${LOOK}`;
}

function isCertificateError({ code = "" }: { code?: string }): boolean {
  return /^(ERR_TLS_CERT|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code);
}

/** NGINX's own page for it; services behind it respond differently. */
function asksForLogIn({ headers }: IncomingMessage, { status, body }: Answered): boolean {
  return status === 401 && headers["www-authenticate"] !== undefined && /<center>nginx/i.test(body);
}

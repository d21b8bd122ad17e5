// Starts the receivers inside a program, as tests do; main.ts does it for the command line.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type Credentials, LAB_CREDENTIALS } from "./credentials";
import { startMailServer } from "./mail";
import { Opsgenie } from "./opsgenie";
import { PagerDuty } from "./pagerduty";
import { Ping } from "./ping";
import {
  type Answer,
  json,
  type Message,
  MODES,
  type Mode,
  parsed,
  type Refusal,
  Refused,
  text,
} from "./service";
import { Slack } from "./slack";
import { Telegram } from "./telegram";
import { Webhook } from "./webhook";

export interface Options {
  /** Address to listen on; default 127.0.0.1. Lab hosts reach this machine at 10.99.0.1. */
  readonly bind?: string;
  /** Default: any free one. */
  readonly httpPort?: number;
  /** Default: any free one. */
  readonly smtpPort?: number;
  readonly credentials?: Credentials;
}

/** How a service fails the next messages. */
export interface Fault {
  /** HTTP or SMTP status; 429 is answered as the service does it. 0 hangs up without an answer. */
  readonly status: number;
  /** How many messages; default 1. */
  readonly times?: number;
  /** In seconds, for 429; default 1. */
  readonly retryAfter?: number;
}

export interface Receivers {
  /** `http://ADDRESS:PORT`; the services' paths come after it. */
  readonly url: string;
  /** `ADDRESS:PORT`. */
  readonly smtp: string;
  /** PEM of the mail server's certificate. */
  readonly certificate: string;
  readonly credentials: Credentials;
  /** What has been taken on, oldest first. */
  messages(mode?: Mode): Message[];
  /** What has been refused, oldest first; faults that were asked for are among them. */
  refused(mode?: Mode): Refusal[];
  clear(): void;
  fail(mode: Mode, fault: Fault): void;
  stop(): Promise<void>;
}

const LARGEST = 1 << 20;

export async function startReceivers(options: Options = {}): Promise<Receivers> {
  const { bind = "127.0.0.1", httpPort = 0, smtpPort = 0, credentials = LAB_CREDENTIALS } = options;
  const services = [
    new Slack(credentials),
    new Opsgenie(credentials),
    new PagerDuty(credentials),
    new Telegram(credentials),
    new Webhook(credentials, "alertmanager"),
    new Webhook(credentials, "webhook"),
    new Ping(credentials),
  ];
  let taken: Message[] = [];
  let refusals: Refusal[] = [];
  const faults = new Map<Mode, { status: number; left: number; retryAfter: number }>();
  let last = 0;

  const now = () => new Date().toISOString();
  const keep = (mode: Mode, to: string, body: unknown) => {
    last++;
    taken.push({ id: last, mode, receivedAt: now(), to, body });
  };
  const note = (mode: Mode | undefined, to: string, status: number, reason: string) =>
    refusals.push({ mode, receivedAt: now(), to, status, reason });
  const nextFault = (mode: Mode) => {
    const fault = faults.get(mode);
    if (fault === undefined || fault.left === 0) return undefined;
    fault.left--;
    return fault;
  };
  const ofMode = <T extends { mode: Mode | undefined }>(all: readonly T[], mode: string | undefined) =>
    all.filter((one) => mode === undefined || one.mode === mode);
  const fail = (mode: Mode, { status, times = 1, retryAfter = 1 }: Fault) => {
    faults.set(mode, { status, left: times, retryAfter });
  };
  const clear = () => {
    taken = [];
    refusals = [];
    faults.clear();
  };

  /** The answer to a request; undefined to hang up. */
  function answer(request: IncomingMessage, body: string): Answer | undefined {
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://receiver");
    const method = request.method ?? "";
    const own = manage(method, path, query, body);
    if (own !== undefined) return own;
    const service = services.find((one) => one.owns(path));
    if (service === undefined) {
      note(undefined, path, 404, "no service has this path");
      return text(404, "no service has this path\n");
    }
    const fault = nextFault(service.mode);
    if (fault !== undefined) {
      note(service.mode, path, fault.status, "asked to fail");
      if (fault.status === 0) return undefined;
      return fault.status === 429 ? service.tooMany(fault.retryAfter) : text(fault.status, "asked to fail");
    }
    try {
      const { answer: good, kept } = service.take({ method, path, query, headers: request.headers, body });
      keep(service.mode, path, kept);
      return good;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      note(service.mode, path, error.answer.status, error.message);
      return error.answer;
    }
  }

  /** The receivers' own paths. */
  function manage(method: string, path: string, query: URLSearchParams, body: string): Answer | undefined {
    const mode = query.get("mode") ?? undefined;
    switch (`${method} ${path}`) {
      case "GET /messages":
        return json(200, ofMode(taken, mode));
      case "GET /refused":
        return json(200, ofMode(refusals, mode));
      case "DELETE /messages":
        clear();
        return { status: 204, body: "" };
      case "GET /certificate":
        return text(200, mail.certificate);
      case "POST /fail": {
        const asked = parsed(body) as (Fault & { mode: Mode }) | undefined;
        if (!MODES.some((one) => one === asked?.mode) || !Number.isInteger(asked?.status)) {
          return text(
            400,
            `give {"mode": one of ${MODES.join(", ")}, "status": 500, "times": 1, "retryAfter": 1}\n`,
          );
        }
        fail((asked as { mode: Mode }).mode, asked as Fault);
        return { status: 204, body: "" };
      }
      default:
        return undefined;
    }
  }

  const mail = await startMailServer(bind, smtpPort, credentials, {
    taken: (to, content) => keep("email", to, content),
    refused: (to, status, reason) => note("email", to, status, reason),
    fault: () => nextFault("email"),
  });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST) chunks.push(chunk);
    });
    request.on("end", () => {
      const { status, body, headers } =
        (size > LARGEST ? text(413, "too large") : answer(request, Buffer.concat(chunks).toString())) ??
        HANG_UP;
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(httpPort, bind, resolve);
  });
  return {
    url: `http://${bind}:${(server.address() as AddressInfo).port}`,
    smtp: `${bind}:${mail.port}`,
    certificate: mail.certificate,
    credentials,
    messages: (mode) => ofMode(taken, mode),
    refused: (mode) => ofMode(refusals, mode),
    clear,
    fail,
    async stop() {
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), mail.stop()]);
    },
  };
}

const HANG_UP: Answer = { status: 0, body: "" };

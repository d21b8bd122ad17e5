// What answers at an address, as seen from a host or from this machine.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import * as tls from "node:tls";
import type { Session } from "../connection/session";
import type { Tls } from "../lib/auth";

/** How long a connection may take, in milliseconds. */
const CONNECT_WITHIN = 5_000;

/** How long an answer may take, in milliseconds. */
const ANSWER_WITHIN = 30_000;

export interface Answered {
  readonly status: number;
  readonly body: string;
  /** Of the certificate, if it was looked at. */
  readonly expires?: Date;
}

export interface AskOptions {
  /** Authorities that sign certificates, in PEM form, besides those that Node.js trusts. */
  readonly authorities: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Its authorities are trusted instead of all others. */
  readonly tls?: Tls<string> | undefined;
}

/** Asks a URL, without following redirections. */
export async function ask(
  url: URL,
  origin: Pick<Session, "connect">,
  { authorities, headers = {}, tls: own }: AskOptions,
): Promise<Answered> {
  const encrypted = url.protocol === "https:";
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = await reach(origin, name, Number(url.port) || (encrypted ? 443 : 80));
  const secured = encrypted
    ? tls.connect({
        socket,
        host: name,
        servername: own?.serverName ?? (/[a-z]/i.test(name) && !name.includes(":") ? name : ""),
        ca: own?.ca === undefined ? [...trusted(), ...authorities] : own.ca,
        ...(own?.certificate === undefined ? {} : { cert: own.certificate }),
        ...(own?.key === undefined ? {} : { key: own.key }),
        rejectUnauthorized: own?.insecure !== true,
        ALPNProtocols: ["http/1.1"],
      })
    : undefined;
  const connection = secured ?? socket;
  try {
    return await new Promise<Answered>((resolve, reject) => {
      const asked = (encrypted ? requestHttps : requestHttp)(url, {
        createConnection: () => connection as never,
        headers: { ...headers, connection: "close" },
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      asked.on("response", (response) => {
        const until = secured?.getPeerCertificate().valid_to;
        const expires = until === undefined ? {} : { expires: new Date(until) };
        text(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, body, ...expires }),
          reject,
        );
      });
      asked.on("error", reject);
      asked.end();
    });
  } catch (error) {
    const late = (error as Error).name === "AbortError";
    throw late ? new Error(`is not answered within ${ANSWER_WITHIN / 1000} s`) : error;
  } finally {
    connection.destroy();
  }
}

/** The authorities that Node.js trusts, with those of NODE_EXTRA_CA_CERTS where it can list them. */
function trusted(): readonly string[] {
  const { getCACertificates, rootCertificates } = tls as typeof tls & {
    getCACertificates?: (kind: "default") => string[];
  };
  return getCACertificates?.("default") ?? rootCertificates;
}

/**
 * A connection that serves as a socket.
 *
 * @param within time-out in milliseconds; if packets are dropped, an SSH server itself waits for minutes
 * @throws Error when there is none in time
 */
export async function reach(
  origin: Pick<Session, "connect">,
  at: string,
  port: number,
  within = CONNECT_WITHIN,
): Promise<Duplex> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const connected = origin.connect(at, port).then((stream) => {
    if (late) stream.destroy();
    return stream;
  });
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Error(`no connection within ${within / 1000} s`));
    }, within);
  });
  try {
    return socketLike(await Promise.race([connected, patience]));
  } finally {
    clearTimeout(timer);
  }
}

/** Node's HTTP calls methods that only sockets have; over SSH they do nothing. */
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

// Connects to the remote host: each attempt anew, with a growing pause between attempts, directly or by way of
// one proxy, and with the error texts of the real provider.
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AuthenticationType,
  Client,
  type ClientErrorExtensions,
  type ServerHostKeyAlgorithm,
} from "ssh2";
import type { Operation } from "../provider/serve";
import { type Method, methodsOf, parseHostKey } from "./credentials";
import { hostPort, systemError } from "./go";
import type { Connection } from "./inputs";

const FIRST_PAUSE = 100;
const PAUSE_GROWTH = 1.5;
/** A peer that is gone without a word is noticed after about 150 s, as by a Go program's keep-alive. */
const KEEP_ALIVE = 140_000;

/** Retries go on until the limit of attempts or, if the resource has one, its time-out. */
export async function dial(connection: Connection, operation: Operation): Promise<Client> {
  const deadline = operation.timeout > 0 ? Date.now() + operation.timeout * 1000 : Number.POSITIVE_INFINITY;
  const retry = <T>(message: string, limit: number, attempt: () => Promise<T>) =>
    withRetries(message, limit, deadline, operation, attempt);
  const handshake = await preparedHandshake(connection);
  const { proxy, dialErrorLimit: limit } = connection;
  if (!proxy) {
    return retry("Dial", limit, async () => handshake(await connectTcp(connection)));
  }
  try {
    const proxyHandshake = await preparedHandshake(proxy);
    const bastion = await retry("Dial proxy", proxy.dialErrorLimit, async () =>
      proxyHandshake(await connectTcp(proxy)),
    );
    const tunnel = await retry("Dial from proxy", limit, () => forward(bastion, connection));
    // As in the real provider, every further handshake uses this one tunnel, dead after the first failure.
    return await retry("Dial", limit, () => handshake(tunnel));
  } catch (error) {
    throw new Error(`proxy: ${(error as Error).message}`);
  }
}

async function withRetries<T>(
  message: string,
  limit: number,
  deadline: number,
  operation: Operation,
  attempt: () => Promise<T>,
): Promise<T> {
  let pause = FIRST_PAUSE;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (limit > -1 && failures >= limit) {
        throw new Error(`after ${failures} failed attempts: ${(error as Error).message}`);
      }
    }
    operation.log(
      "info",
      `${message} ${failures + 1}/${limit === -1 ? "inf" : limit} failed: retrying`,
      true,
    );
    await sleep(Math.max(0, Math.min(pause, deadline - Date.now())));
    if (Date.now() >= deadline) throw new Error("context deadline exceeded");
    pause *= PAUSE_GROWTH;
  }
}

/** Only the TCP connect is bounded in time; a server that takes the connection and stays silent is waited for. */
function connectTcp({ host, port, perDialTimeout }: Connection): Promise<Duplex> {
  const endpoint = hostPort(host, port);
  return new Promise((resolve, reject) => {
    const socket = new Socket();
    const timer =
      perDialTimeout > 0
        ? setTimeout(() => fail(`dial tcp ${endpoint}: i/o timeout`), perDialTimeout * 1000)
        : undefined;
    const fail = (message: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(message));
    };
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.syscall === "getaddrinfo") return fail(`dial tcp: lookup ${host}: no such host`);
      fail(`dial tcp ${endpoint}: connect: ${systemError(error.code) ?? error.message}`);
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      socket.setKeepAlive(true, KEEP_ALIVE);
      socket.setNoDelay(true);
      resolve(socket);
    });
    // An empty host means this machine to Go, and so it does here.
    socket.connect({ host: host || "127.0.0.1", port: Math.trunc(port), family: isIP(host) || 0 });
  });
}

function forward(bastion: Client, { host, port }: Connection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, Math.trunc(port), (error, channel) => {
      if (!error) return resolve(channel);
      const reason = error.message.replace(/^\(SSH\) Channel open failure: /, "");
      reject(new Error(`ssh: rejected: connect failed (${reason})`));
    });
  });
}

/** Checks keys and host key at once, so that a mistake in them is not retried. */
async function preparedHandshake(connection: Connection): Promise<(stream: Duplex) => Promise<Client>> {
  const methods = await methodsOf(connection);
  const expected = connection.hostKey === undefined ? undefined : parseHostKey(connection.hostKey);
  return (stream) =>
    new Promise((resolve, reject) => {
      const attempted = ["none"];
      const client = new Client();
      let mismatch = false;
      const fail = (reason: string) => {
        client.destroy();
        reject(new Error(`ssh: handshake failed: ${reason}`));
      };
      if (stream.destroyed || stream.readableEnded) return fail("EOF");
      client.once("ready", () => {
        client.removeAllListeners("error");
        client.removeAllListeners("close");
        client.on("error", () => undefined); // the session reports its own end
        resolve(client);
      });
      client.once("error", (error: Error & ClientErrorExtensions & NodeJS.ErrnoException) => {
        if (mismatch) fail("ssh: host key mismatch");
        else if (error.level === "client-authentication") {
          fail(
            `ssh: unable to authenticate, attempted methods [${attempted.join(" ")}], no supported methods remain`,
          );
        } else if (/no matching host key format/.test(error.message)) {
          fail(`ssh: no common algorithm for host key; we offered: [${expected?.type}]`);
        } else {
          const named = systemError(error.code);
          fail(
            named
              ? `read tcp: read: ${named}`
              : /lost before handshake/.test(error.message)
                ? "EOF"
                : error.message,
          );
        }
      });
      client.once("close", () => fail("EOF"));
      client.connect({
        sock: stream as Socket,
        username: connection.user,
        readyTimeout: 0,
        keepaliveInterval: 0,
        ...(expected && { algorithms: { serverHostKey: [expected.type as ServerHostKeyAlgorithm] } }),
        hostVerifier: (key: Buffer) => {
          mismatch = expected !== undefined && !expected.data.equals(key);
          return !mismatch;
        },
        authHandler: authentication(connection, methods, attempted) as never,
      });
    });
}

/** Asks the server what it takes, then offers what it takes in order; each kind of method once. */
function authentication(connection: Connection, methods: Method[], attempted: string[]) {
  const username = connection.user;
  let asked = false;
  return (left: AuthenticationType[] | null, _partial: boolean, next: (method: unknown) => void) => {
    if (!asked) {
      asked = true;
      return next({ type: "none", username });
    }
    const method = methods.find(
      ({ name }) => !attempted.includes(name) && (!left || left.includes(name as never)),
    );
    if (!method) return next(false);
    attempted.push(method.name);
    switch (method.type) {
      case "publickey":
        return next({ type: "publickey", username, key: method.key });
      case "password":
        return next({ type: "password", username, password: connection.password });
      case "keyboard-interactive":
        return next({
          type: "keyboard-interactive",
          username,
          prompt: (
            _n: string,
            _i: string,
            _l: string,
            prompts: unknown[],
            answer: (given: string[]) => void,
          ) => answer(prompts.map(() => connection.password ?? "")),
        });
      case "agent":
        return next({ type: "agent", username, agent: method.agent });
    }
  };
}

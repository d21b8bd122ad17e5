// The checks of the stack file: what the user wants to hold on a deployed host.
import { address } from "../connection/connection";
import type { Session } from "../connection/session";
import { thisMachine } from "../connection/thisMachine";
import type { Checks, CommandCheck, Origin, PortCheck, QueryCheck, UrlCheck } from "../lib/checks";
import { inSeconds } from "../lib/duration";
import { quote } from "../lib/shell";
import { type Check, check } from "./check";
import { Front } from "./front";
import { Host } from "./host";
import { PROMETHEUS } from "./prometheus";
import { type Answered, ask, reach } from "./reach";
import { retry } from "./retry";
import type { DeployedHost } from "./state";

/** How many of the last lines of a command that failed are shown. */
const LINES = 5;

/** From where checks reach something: this machine, or hosts of the stack that are logged in to when needed. */
export class Origins {
  private readonly entered = new Map<string, Promise<Host>>();

  constructor(readonly stack: readonly DeployedHost[]) {}

  async from(origin: Origin, host: Host): Promise<Pick<Session, "connect">> {
    if (origin === "here") return thisMachine();
    if (origin === "host" || origin === host.deployed.name) return host;
    const other = this.stack.find(({ name }) => name === origin);
    if (other === undefined)
      throw new Error(`the stack has no host ${JSON.stringify(origin)}: run pulumi up`);
    const known = this.entered.get(origin);
    if (known !== undefined) return known;
    const entering = Host.enter(other);
    this.entered.set(origin, entering);
    return entering;
  }

  /** The authorities that signed certificates of the stack. */
  get authorities(): string[] {
    return this.stack.flatMap(({ front }) => front?.ca ?? []);
  }

  async close(): Promise<void> {
    for (const entering of this.entered.values()) await entering.then((host) => host.close()).catch(() => {});
  }
}

/** All but the commands; each may take so many seconds. */
export async function runChecks(host: Host, origins: Origins, seconds: number): Promise<Check[]> {
  const { checks } = host.deployed;
  if (checks === undefined) return [];
  return Promise.all(
    attempts(checks, host, origins).map(([name, attempt]) => check(name, () => retry(seconds, attempt))),
  );
}

/** Once each: how long they wait is their own affair. */
export async function runCommands(host: Host): Promise<Check[]> {
  return Promise.all(
    Object.entries(host.deployed.checks?.commands ?? {}).map(([name, command]) =>
      check(`command ${name}`, () => succeeds(command, host)),
    ),
  );
}

function attempts(
  { queries, urls, ports }: Checks,
  host: Host,
  origins: Origins,
): Array<[string, () => Promise<string>]> {
  return [
    ...named("query", queries, (query) => holds(query, new Front(host))),
    ...named("url", urls, (url) => answers(url, host, origins)),
    ...named("port", ports, (port) => isAsWanted(port, host, origins)),
  ];
}

function named<One>(
  kind: string,
  checks: Readonly<Record<string, One>>,
  attempt: (one: One) => Promise<string>,
): Array<[string, () => Promise<string>]> {
  return Object.entries(checks).map(([name, one]) => [`${kind} ${name}`, async () => attempt(one)]);
}

interface QueryResult {
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly unknown[] };
}

async function holds({ query, returns }: QueryCheck, front: Front): Promise<string> {
  const { status, body } = await front.ask(`${PROMETHEUS}/query?query=${encodeURIComponent(query)}`);
  const { error, data } = parsed<QueryResult>(body);
  if (data === undefined) throw new Error(error ?? `Prometheus answers with status ${status}`);
  // A scalar is its time and its value.
  const samples = data.resultType === "scalar" ? [{ value: data.result }] : data.result;
  if (samples.length > 0 === (returns === "something"))
    return returns === "nothing" ? "nothing" : shown(samples);
  throw new Error(returns === "something" ? "it returns nothing" : `it returns ${shown(samples)}`);
}

function parsed<T>(body: string): Partial<T> {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/** The first of the samples in a line. */
function shown(samples: readonly unknown[]): string {
  const [first] = samples as ReadonlyArray<{ metric?: Record<string, string>; value?: [number, string] }>;
  const labels = Object.entries(first?.metric ?? {}).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const others = samples.length > 1 ? ` and ${samples.length - 1} more` : "";
  return `${labels.length > 0 ? `{${labels.join(", ")}} ` : ""}${first?.value?.[1] ?? "a sample"}${others}`;
}

async function answers(wanted: UrlCheck, host: Host, origins: Origins): Promise<string> {
  const atFront = wanted.url.startsWith("/");
  const headers = headersOf(wanted);
  const { authorities } = origins;
  const answer: Answered = atFront
    ? await new Front(host).ask(wanted.url, { headers })
    : await ask(new URL(wanted.url), await origins.from(wanted.from, host), {
        authorities,
        headers,
        tls: wanted.tls,
      });
  if (answer.status !== wanted.status)
    throw new Error(`is answered with status ${answer.status}, not ${wanted.status}`);
  if (wanted.text !== undefined && !answer.body.includes(wanted.text))
    throw new Error(`is answered without ${JSON.stringify(wanted.text)}`);
  if (wanted.certificateValidFor === undefined) return `status ${answer.status}`;
  if (answer.expires === undefined)
    throw new Error("has no certificate that could be looked at; write a whole https:// URL");
  const left = (answer.expires.getTime() - Date.now()) / 1000;
  if (left < inSeconds(wanted.certificateValidFor))
    throw new Error(`the certificate is valid until ${answer.expires.toISOString()} only`);
  return `status ${answer.status}, certificate valid until ${answer.expires.toISOString()}`;
}

/** Programs trim what they read from a file; here it may be the line break at the end of a secret, too. */
function headersOf({ basicAuth, bearerToken, headers = {} }: UrlCheck): Record<string, string> {
  const pair = basicAuth && `${basicAuth.username}:${basicAuth.password.trimEnd()}`;
  return {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trimEnd()])),
    ...(pair === undefined ? {} : { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }),
    ...(bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken.trimEnd()}` }),
  };
}

async function isAsWanted(wanted: PortCheck, host: Host, origins: Origins): Promise<string> {
  const { port, open } = wanted;
  const at = wanted.host ?? address(host.deployed.connection);
  const origin = await origins.from(wanted.from, host);
  try {
    (await reach(origin, at, port)).destroy();
  } catch (error) {
    const reason = (error as Error).message;
    if (!open && CLOSED.test(reason)) return `${port} is closed`;
    throw new Error(
      open ? `${port} is not open: ${reason}` : `whether ${port} is closed cannot be told: ${reason}`,
    );
  }
  if (!open) throw new Error(`${port} is open`);
  return `${port} is open`;
}

/** Of Node.js and of OpenSSH's server; whatever else it says of a connection is no answer from there. */
const CLOSED = /refused|within|timed? ?out|no route|EHOSTUNREACH|ENETUNREACH|unreachable/i;

async function succeeds({ command, input, from }: CommandCheck, host: Host): Promise<string> {
  const { connection } = host.deployed;
  const named = `PODWATCH_HOST='${connection.name}' PODWATCH_ADDRESS='${address(connection)}'`;
  const run =
    from === "here"
      ? thisMachine().run(`cd ${quote(process.cwd())} && export ${named} || exit; ${command}`, { input })
      : host.run(command, { input });
  const { code, stdout, stderr } = await run;
  if (code === 0) return "ended with 0";
  if (code === -1) throw new Error("the connection was lost");
  const last = `${stdout}${stderr}`.trim().split("\n").slice(-LINES).join(" | ");
  throw new Error(`it ended with ${code}${last === "" ? "" : `: ${last}`}`);
}

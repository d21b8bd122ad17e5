import type { HttpAuth } from "./auth";

/** What must hold on a host once it is deployed, by name; `npm run verify` checks it. */
export interface Checks<Secret = string> {
  readonly queries: Readonly<Record<string, QueryCheck>>;
  readonly urls: Readonly<Record<string, UrlCheck<Secret>>>;
  readonly ports: Readonly<Record<string, PortCheck>>;
  readonly commands: Readonly<Record<string, CommandCheck>>;
}

export interface QueryCheck {
  /** PromQL. */
  readonly query: string;
  readonly returns: "something" | "nothing";
}

/** Where a check is made: on the machine that runs `verify`, on the host itself, or on the host of the stack with that name. */
export type Origin = "here" | "host" | (string & {});

export interface UrlCheck<Secret = string>
  extends Pick<HttpAuth<Secret>, "basicAuth" | "bearerToken" | "headers" | "tls"> {
  /** A whole URL, or a path at the front of the host. */
  readonly url: string;
  readonly status: number;
  /** Part of the page. */
  readonly text?: string | undefined;
  /** How long its certificate has to be valid still. */
  readonly certificateValidFor?: string | undefined;
  readonly from: Origin;
}

export interface PortCheck {
  /** Address or name of the machine; default: the host's own address. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly open: boolean;
  readonly from: Origin;
}

export interface CommandCheck {
  readonly command: string;
  /** What it reads from its standard input. */
  readonly input?: string | undefined;
  readonly from: "here" | "host";
}

export function count({ queries, urls, ports, commands }: Checks<unknown>): number {
  return [queries, urls, ports, commands].flatMap(Object.keys).length;
}

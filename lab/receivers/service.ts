// What the receivers of HTTP messages have in common.
import type { IncomingHttpHeaders } from "node:http";

export const MODES = [
  "slack",
  "opsgenie",
  "pagerduty",
  "telegram",
  "alertmanager",
  "webhook",
  "ping",
  "email",
] as const;
export type Mode = (typeof MODES)[number];

/** A message that a receiver has taken on. */
export interface Message {
  /** Counts from 1, over all modes. */
  readonly id: number;
  readonly mode: Mode;
  /** ISO 8601, milliseconds, UTC. */
  readonly receivedAt: string;
  /** The path that was asked; of email the recipients, separated by a comma. */
  readonly to: string;
  /** The JSON that came; of email see `Mail`. */
  // biome-ignore lint/suspicious/noExplicitAny: as free as JSON is
  readonly body: any;
}

/** A message that a receiver has refused, and what it answered. */
export interface Refusal {
  readonly mode: Mode | undefined;
  readonly receivedAt: string;
  readonly to: string;
  readonly status: number;
  readonly reason: string;
}

export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Stands in for one service. */
export interface Service {
  readonly mode: Mode;
  /** Whether a path is this service's. */
  owns(path: string): boolean;
  /** The answer to a message that is taken on, with what is kept of it. @throws Refused */
  take(incoming: Incoming): { readonly answer: Answer; readonly kept: unknown };
  /** The answer when there are too many messages. */
  tooMany(retryAfter: number): Answer;
}

/** Thrown by a service that refuses a message. */
export class Refused extends Error {
  constructor(
    readonly answer: Answer,
    reason: string = answer.body,
  ) {
    super(reason);
  }
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } };
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers } };
}

/** Whether the body is declared as JSON. */
export function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json *(; *charset=utf-8)?$/i.test(headers["content-type"] ?? "");
}

/** Undefined if it is no JSON. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

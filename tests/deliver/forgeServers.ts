// The comments of GitHub's and GitLab's REST APIs, in small: strict about method, path, headers and body.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Stored {
  readonly id: number;
  body: string;
  readonly author: string;
}

export interface ForgeServer {
  readonly url: string;
  /** The comments of number 7, oldest first. */
  readonly comments: Stored[];
  /** What was asked, as `METHOD path`. */
  readonly asked: string[];
  /** Answers that are given before all others, one each. */
  readonly failures: number[];
  stop(): Promise<void>;
}

type Answer = [status: number, body: unknown];
type Handler = (request: IncomingMessage, path: string, page: number, body: unknown) => Answer;

export const TOKEN = "token-of-the-test-0123456789";
const LONGEST = 65_536;

/** GitHub's: https://docs.github.com/en/rest/issues/comments */
export function gitHub(): Promise<ForgeServer> {
  return serve((comments) => (request, path, page, body) => {
    const { authorization, accept, "x-github-api-version": version, "user-agent": agent } = request.headers;
    if (!agent) return [403, { message: "Request forbidden by administrative rules" }];
    if (authorization !== `Bearer ${TOKEN}`) return [401, { message: "Bad credentials" }];
    if (accept !== "application/vnd.github+json" || version !== "2022-11-28")
      return [415, { message: "Accept" }];
    const shown = ({ author, ...comment }: Stored) => ({ ...comment, user: { login: author } });
    const base = "/repos/me/mine/issues";
    if (request.method === "GET" && path === `${base}/7/comments`) {
      return [200, comments.slice((page - 1) * 100, page * 100).map(shown)];
    }
    const text = textOf(body, ["body"]);
    if (text === undefined || text.length > LONGEST) return [422, { message: "Validation Failed" }];
    if (request.method === "POST" && path === `${base}/7/comments`)
      return [201, add(comments, text, "github-actions[bot]")];
    const [, id] = /^\/repos\/me\/mine\/issues\/comments\/(\d+)$/.exec(path) ?? [];
    return request.method === "PATCH" ? change(comments, id, text) : [404, { message: "Not Found" }];
  });
}

/** GitLab's: https://docs.gitlab.com/api/notes/ */
export function gitLab(): Promise<ForgeServer> {
  const ids: Record<string, number> = { us: 5, other: 6 };
  return serve((comments) => (request, path, page, body) => {
    if (request.headers["private-token"] !== TOKEN) return [401, { message: "401 Unauthorized" }];
    if (request.method === "GET" && path === "/user") return [200, { id: ids.us }];
    const notes = "/projects/12/merge_requests/7/notes";
    if (request.method === "GET" && path === notes) {
      const shown = ({ author, ...comment }: Stored) => ({ ...comment, author: { id: ids[author] } });
      return [200, comments.slice((page - 1) * 100, page * 100).map(shown)];
    }
    const text = textOf(body, ["body"]);
    if (text === undefined) return [400, { message: "body is missing" }];
    if (request.method === "POST" && path === notes) return [201, add(comments, text, "us")];
    const [, id] = /^\/projects\/12\/merge_requests\/7\/notes\/(\d+)$/.exec(path) ?? [];
    return request.method === "PUT" ? change(comments, id, text) : [404, { message: "404 Not found" }];
  });
}

/** The text, if the body has just these keys. */
function textOf(body: unknown, keys: string[]): string | undefined {
  const given = (body ?? {}) as Record<string, unknown>;
  return JSON.stringify(Object.keys(given)) === JSON.stringify(keys) &&
    typeof given.body === "string" &&
    given.body !== ""
    ? given.body
    : undefined;
}

function add(comments: Stored[], body: string, author: string): Stored {
  const comment = { id: 1000 + comments.length, body, author };
  comments.push(comment);
  return comment;
}

function change(comments: readonly Stored[], id: string | undefined, body: string): Answer {
  const found = comments.find((comment) => comment.id === Number(id));
  if (found === undefined) return [404, { message: "Not Found" }];
  found.body = body;
  return [200, found];
}

async function serve(handler: (comments: Stored[]) => Handler): Promise<ForgeServer> {
  const comments: Stored[] = [];
  const asked: string[] = [];
  const failures: number[] = [];
  const handle = handler(comments);
  const server: Server = createServer(async (request, response) => {
    let raw = "";
    for await (const chunk of request.setEncoding("utf8")) raw += chunk;
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://forge");
    asked.push(`${request.method} ${pathname}`);
    const failure = failures.shift();
    const isJson = request.headers["content-type"] === "application/json";
    const [status, body]: Answer =
      failure !== undefined
        ? [failure, { message: "asked to fail" }]
        : request.method !== "GET" && !isJson
          ? [415, { message: "no JSON" }]
          : handle(
              request,
              pathname,
              Number(searchParams.get("page") ?? 1),
              raw === "" ? undefined : JSON.parse(raw),
            );
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    asked,
    failures,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

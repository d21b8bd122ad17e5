// Who gets what at a front with log-ins: path, method and log-in, each with what has to be answered.
import { type LabHost, must } from "./lab";
import type { Stack } from "./stack";

export const AUTH = {
  users: { alice: { access: "write" }, bob: { paths: ["prometheus", "alertmanager"] } },
  tokens: { central: {} },
};

export interface Request {
  readonly path: string;
  readonly method?: string;
  readonly authorization?: string;
  readonly body?: string;
  /** Further lines, such as `Origin: https://...`. */
  readonly headers?: readonly string[];
}

/**
 * The status of each request, sent one after the other to the host's own front.
 *
 * @param version of HTTP, if it is encrypted
 */
export async function statuses(
  host: LabHost,
  requests: readonly Request[],
  version?: "http1.1" | "http2",
): Promise<number[]> {
  const origin = `${version === undefined ? "http" : "https"}://127.0.0.1`;
  const config = requests.map(({ path, method = "GET", authorization, body, headers = [] }) =>
    [
      `url = ${JSON.stringify(`${origin}${path}`)}`,
      ...(version === undefined ? [] : ["insecure", version]),
      `request = ${method}`,
      ...(authorization === undefined
        ? []
        : [`header = ${JSON.stringify(`Authorization: ${authorization}`)}`]),
      ...(body === undefined
        ? []
        : [`data = ${JSON.stringify(body)}`, 'header = "Content-Type: application/json"']),
      ...(method === "HEAD" ? ["head"] : []),
      ...headers.map((line) => `header = ${JSON.stringify(line)}`),
      "path-as-is",
      "silent",
      "max-time = 20",
      'output = "/dev/null"',
      'write-out = "%{http_code}\\n"',
    ].join("\n"),
  );
  const told = await must("lab/lab", ["exec", host.name, "sh", "-c", "curl --config - || :"], {
    input: config.join("\nnext\n"),
  });
  return told.trim().split("\n").map(Number);
}

interface KnownLogIns {
  readonly users: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<string, string>>;
}

export async function logInsOf(stack: Stack, host: LabHost): Promise<KnownLogIns> {
  const installations = await stack.output<Record<string, { logIns: KnownLogIns }>>("installations");
  return (installations[host.name] as { logIns: KnownLogIns }).logIns;
}

export const basic = (name: string, password = "") =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

/** In the order of the columns below. */
export const WHO = ["nobody", "wrong password", "read-only", "read-write", "token"] as const;

export async function authorizations(stack: Stack, host: LabHost): Promise<Array<string | undefined>> {
  const { users, tokens } = await logInsOf(stack, host);
  return [
    undefined,
    basic("bob", "wrong"),
    basic("bob", users.bob),
    basic("alice", users.alice),
    `Bearer ${tokens.central}`,
  ];
}

type Expected = readonly [nobody: number, wrong: number, read: number, write: number, token: number];

const SHUT = 401;
const NOT_HIS = 403;
/** `read` may, and so may `write`; a token may not. */
const reads = (status: number): Expected => [SHUT, SHUT, status, status, NOT_HIS];
const writes = (status: number): Expected => [SHUT, SHUT, NOT_HIS, status, NOT_HIS];
const open = (status: number): Expected => [status, status, status, status, status];
/** Open to nobody, before anybody is asked who he is. */
const never = open(403);

export const SILENCE = JSON.stringify({
  matchers: [{ name: "alertname", value: "none", isRegex: false }],
  startsAt: "2030-01-01T00:00:00Z",
  endsAt: "2030-01-02T00:00:00Z",
  createdBy: "test",
  comment: "test",
});

export const TABLE: ReadonlyArray<
  readonly [method: string, path: string, expected: Expected, body?: string]
> = [
  ["GET", "/", [SHUT, SHUT, 200, 200, 200]],
  ["GET", "/prometheus/", reads(302)],
  ["GET", "/prometheus/api/v1/query?query=up", reads(200)],
  ["HEAD", "/prometheus/-/ready", reads(200)],
  ["POST", "/prometheus/api/v1/query?query=up", reads(200)],
  ["POST", "/prometheus/api/v1/query_range?query=up&start=0&end=1&step=1", reads(200)],
  ["POST", "/prometheus/api/v1/series?match[]=up", reads(200)],
  ["POST", "/prometheus/api/v1/labels", reads(200)],
  ["POST", "/prometheus/api/v1/format_query?query=up", reads(200)],
  ["POST", "/prometheus/api/v1/write", writes(404)],
  ["POST", "/prometheus/api/v1/otlp/v1/metrics", writes(404)],
  ["PUT", "/prometheus/api/v1/query?query=up", writes(405)],
  ["POST", "/prometheus/api/v1/%71uery?query=up", writes(200)],
  ["POST", "/prometheus/-/reload", never],
  ["POST", "/prometheus/api/v1/admin/tsdb/snapshot", never],
  ["GET", "/prometheus/metrics", [SHUT, SHUT, 200, 200, 200]],
  ["GET", "/prometheus/federate?match[]=up", [SHUT, SHUT, 200, 200, 200]],
  ["GET", "/alertmanager/api/v2/silences", reads(200)],
  ["POST", "/alertmanager/api/v2/silences", writes(200), SILENCE],
  ["DELETE", "/alertmanager/api/v2/silence/00000000-0000-0000-0000-000000000000", writes(404)],
  ["POST", "/alertmanager/api/v2/alerts", never, "[]"],
  ["GET", "/alertmanager/metrics", [SHUT, SHUT, 200, 200, 200]],
  ["GET", "/blackbox/", [SHUT, SHUT, NOT_HIS, 200, NOT_HIS]],
  ["GET", "/roq/service/", [SHUT, SHUT, NOT_HIS, 200, 200]],
  ["GET", "/roq/service/deribit/metrics", [SHUT, SHUT, NOT_HIS, 200, 200]],
  ["GET", "/runbooks/", [SHUT, SHUT, NOT_HIS, 200, NOT_HIS]],
  ["GET", "/grafana/api/health", open(200)],
  ["GET", "/log-in", open(404)],
  ["GET", "/index.html", open(404)],
];

// The section `checks`: what is refused, and what is resolved.
import { parse } from "../../config/parse";
import type { Tree } from "../../config/walk";
import { context, problemsOf, stack } from "./support";

const settingsOf = (given: Tree, world = {}) => {
  const parsed = parse(stack(given), context(world));
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
};

test("a stack without the section has no checks", () => {
  expect(settingsOf({}).hosts[0]?.checks).toEqual({ queries: {}, urls: {}, ports: {}, commands: {} });
});

test("defaults: a query returns something, a URL answers with 200, a port is open, all tried from here", () => {
  const checks = {
    queries: { "one is up": { query: "up == 1" } },
    urls: { page: { url: "https://example.org/" } },
    ports: { ssh: { port: 22 } },
    commands: { goss: { command: "goss validate", input: "goss.yaml" } },
  };
  expect(settingsOf({ checks }, { files: { "goss.yaml": "port: {}\r\n" } }).hosts[0]?.checks).toEqual({
    queries: { "one is up": { query: "up == 1", returns: "something" } },
    urls: { page: { url: "https://example.org/", status: 200, from: "here" } },
    ports: { ssh: { port: 22, open: true, from: "here" } },
    commands: { goss: { command: "goss validate", input: "port: {}\n", from: "host" } },
  });
});

test.each<[string, Tree, string[]]>([
  [
    "an unknown origin",
    { checks: { ports: { db: { port: 5432, from: "web9" } } } },
    ['podwatch:checks.ports.db.from: "web9" is no host of this stack; write here, host, monitor'],
  ],
  [
    "no Prometheus to ask",
    {
      prometheus: { enabled: false },
      grafana: { enabled: false },
      gateways: { enabled: false },
      checks: { queries: { up: { query: "up" } } },
    },
    ["podwatch:checks.queries.up: asks a Prometheus, which this host does not have"],
  ],
  [
    "an agent to ask",
    {
      prometheus: { mode: "agent", remoteWrite: [{ name: "far", url: "https://far.my-company.net/write" }] },
      grafana: { enabled: false },
      checks: { queries: { up: { query: "up" } } },
    },
    ["podwatch:checks.queries.up: asks a Prometheus, and an agent cannot be queried"],
  ],
  [
    "a file that is not there",
    { checks: { commands: { goss: { command: "goss validate", input: "goss.yaml" } } } },
    ['podwatch:checks.commands.goss.input: "goss.yaml" does not exist'],
  ],
  [
    "no URL",
    { checks: { urls: { page: { url: "monitor.my-company.net" } } } },
    ['podwatch:checks.urls.page.url: "monitor.my-company.net" is not a URL'],
  ],
  [
    "secrets in plain text",
    {
      checks: {
        urls: {
          pair: { url: "https://me:word@example.org/" },
          token: { url: "https://example.org/?api_key=word" },
          login: { url: "https://example.org/", bearerToken: "word" },
        },
        commands: { curl: { command: "curl -sf 'https://me:word@example.org/'" } },
      },
    },
    [
      "podwatch:checks.commands.curl.command: holds a log-in or a secret, which anybody could read in the state",
      "podwatch:checks.urls.login.bearerToken: is a secret in plain text",
      "podwatch:checks.urls.pair.url: holds a log-in or a secret, which anybody could read in previews",
      "podwatch:checks.urls.token.url: holds a log-in or a secret, which anybody could read in previews",
    ],
  ],
  [
    "certificates for a path at the front",
    { checks: { urls: { page: { url: "/", certificateValidFor: "1d", tls: { insecure: true } } } } },
    [
      'podwatch:checks.urls.page.certificateValidFor: is set for the path "/", where the front',
      'podwatch:checks.urls.page.tls: is set for the path "/", where the front',
    ],
  ],
  [
    "two lines of shell",
    { checks: { commands: { two: { command: "true\nfalse" } } } },
    ["podwatch:checks.commands.two.command: "],
  ],
])("refused: %s", (_, given, expected) => {
  const problems = problemsOf(stack(given));
  expect(problems.map((problem, index) => problem.slice(0, expected[index]?.length))).toEqual(expected);
});

test("a check of a host or a group that none of its hosts could make is refused", () => {
  const { name: _, ...login } = stack({}).host as Tree;
  const checks = { queries: { up: { query: "up" } }, urls: { page: { url: "/" } } };
  const entry = (number: number, ...groups: string[]) => ({ ...login, address: `10.1.2.${number}`, groups });
  const front = { bind: "0.0.0.0", auth: { users: { ada: {} } } };
  const hosts = {
    mon: entry(3, "monitors", "site"),
    dash: { ...entry(4, "dashboards", "site"), checks: { queries: { own: { query: "up" } } } },
    web: entry(5, "targets"),
  };
  const groups = { dashboards: { checks }, targets: { checks }, site: { checks } };
  const given = { host: undefined, hosts, groups, front, gateways: { enabled: false } };
  expect(problemsOf(stack(given))).toEqual([
    "podwatch:groups.dashboards.checks.queries.up: asks a Prometheus of a host of the group, and none has one; move it to monitors",
    "podwatch:groups.targets.checks.queries.up: asks a Prometheus of a host of the group, and none has one; move it to monitors",
    "podwatch:groups.targets.checks.urls.page: asks the front of a host of the group, and none has one; move it to monitors or dashboards",
    "podwatch:hosts.dash.checks.queries.own: asks a Prometheus of this host, which has none; move it to monitors",
  ]);
});

test("a target leaves expressions and paths to the hosts that have a Prometheus and a front", () => {
  const { name: _, ...entry } = stack({}).host as Tree;
  const { hosts } = settingsOf({
    host: undefined,
    hosts: {
      mon: { ...entry, address: "10.1.2.3" },
      web: { ...entry, address: "10.1.2.4", role: "target" },
    },
    checks: {
      queries: { up: { query: "up" } },
      urls: { page: { url: "/" }, other: { url: "https://example.org/" } },
      ports: { ssh: { port: 22, from: "web" } },
    },
  });
  expect(hosts.map(({ checks }) => Object.values(checks).map(Object.keys))).toEqual([
    [["up"], ["page", "other"], ["ssh"], []],
    [[], ["other"], ["ssh"], []],
  ]);
});

// VictoriaMetrics, and who works with it: what a stack file gets by one line, and what is refused. tests/integration/scale.test.ts
// has a pair on hosts.
import { rootCertificates } from "node:tls";
import { parse } from "../../../config/parse";
import { format } from "../../../config/problem";
import { context, host, problemsOf } from "../../config/support";

const open = { front: { bind: "0.0.0.0", auth: { users: { alice: {} } }, tls: { ownCa: {} } } };

function region(hosts: Record<string, object>, more: object = {}) {
  const entries = Object.entries(hosts).map(([name, entry], index) => [
    name,
    { ...host, address: `10.1.2.${index + 1}`, ...entry },
  ]);
  return { hosts: Object.fromEntries(entries), victoriametrics: { enabled: true }, ...open, ...more };
}

const pair = {
  mon: { groups: ["monitors"] },
  dash: { groups: ["dashboards"] },
  one: { groups: ["databases"] },
  two: { groups: ["databases"] },
};

const secretKeys = ["hosts", "front"];

function settingsOf(raw: Record<string, unknown>) {
  const parsed = parse(raw, context({ secretKeys }));
  if ("problems" in parsed) throw new Error(parsed.problems.map(format).join("\n"));
  return Object.fromEntries(parsed.settings.hosts.map((one) => [one.name, one]));
}

const problems = (raw: Record<string, unknown>) =>
  problemsOf(raw, { secretKeys, files: { "rules.json": "{}" } });

test("vmauth is beside a Grafana that has two to ask", () => {
  const enabled = (raw: Record<string, unknown>) =>
    Object.entries(settingsOf(raw)).flatMap(([name, { vmauth }]) => (vmauth.enabled ? [name] : []));
  expect(enabled(region(pair))).toEqual(["dash"]);
  const { two: _, ...single } = pair;
  expect(enabled(region(single))).toEqual([]);
});

test("vmalert is beside each, if every Prometheus is an agent", () => {
  const enabled = (more: object) =>
    Object.entries(settingsOf(region(pair, more))).flatMap(([name, { vmalert }]) =>
      vmalert.enabled ? [name] : [],
    );
  expect(enabled({})).toEqual([]);
  expect(enabled({ prometheus: { mode: "agent" } })).toEqual(["one", "two"]);
  expect(enabled({ prometheus: { mode: "agent" }, vmalert: { enabled: false } })).toEqual([]);
});

test("the firewall lets vmalert in where alerts go, and nobody else of the databases", () => {
  const letIn = (more: object) =>
    settingsOf(region(pair, { firewall: { allowFrom: ["10.9.0.0/24"] }, ...more })).mon?.firewall;
  expect(JSON.stringify(letIn({ prometheus: { mode: "agent" } }))).toContain("10.1.2.3");
  expect(JSON.stringify(letIn({}))).not.toContain("10.1.2.3");
});

test("one of the samples within the shortest scrape interval is kept", () => {
  const kept = (more: object, hosts: Record<string, object> = pair) =>
    settingsOf(region(hosts, more)).one?.victoriametrics.deduplication;
  expect(kept({})).toBe("15s");
  expect(kept({ prometheus: { scrapeInterval: "30s" } })).toBe("30s");
  const other = { ...pair, fast: { groups: ["monitors"], prometheus: { scrapeInterval: "5s" } } };
  expect(kept({}, other)).toBe("5s");
  expect(kept({ victoriametrics: { enabled: true, deduplication: "0s" } })).toBe("0s");
});

test("an agent needs no other endpoint, and a Grafana no Prometheus that stores", () => {
  const agents = { prometheus: { mode: "agent" }, alerts: { InstanceDown: { for: "1m" } } };
  expect(problems(region(pair, agents))).toEqual([]);
  const rules = { prometheus: { mode: "agent", evaluationInterval: "30s" } };
  expect(problems(region(pair, rules))).toEqual([
    "podwatch:prometheus.evaluationInterval: is of no use with mode: agent: an agent evaluates no rules; write it under podwatch:vmalert",
  ]);
});

/** The database `two` with a certificate by ACME, of a public authority unless said. */
const byAcme = (acme: object = {}, more: object = {}) => ({
  groups: ["databases"],
  front: {
    httpPort: 80,
    publicUrl: "https://two.my-company.net",
    tls: { acme: { email: "ops@my-company.net", acceptTerms: true, ...acme } },
    ...more,
  },
});

/** The front has a certificate of the stack's own authority by itself. */
const unsaid = { front: { bind: "0.0.0.0", auth: open.front.auth } };

test("vmauth trusts public authorities, or those that it is given, not both", () => {
  const two = byAcme();
  expect(problems(region({ ...pair, two }, unsaid))).toEqual([
    "podwatch:hosts.two.front.tls: clients know the front of two by a public authority, and that of one by another one; the vmauth of dash, which asks the VictoriaMetrics of both, can only do one of the two; give both certificates of the same kind, or write the certificate of the public authority under tls.acme.ca",
  ]);
  const one = byAcme({}, { publicUrl: "https://one.my-company.net" });
  expect(problems(region({ ...pair, one, two }, unsaid))).toEqual([]);
  expect(problems(region({ ...pair, two }, { ...unsaid, vmauth: { enabled: false } }))).toEqual([]);
  const named = byAcme({ ca: rootCertificates[0] });
  expect(problems(region({ ...pair, two: named }, unsaid))).toEqual([]);
  const plain = { groups: ["databases"], front: { tls: false, insecure: "a test" } };
  expect(problems(region({ ...pair, two: plain }, unsaid))).toEqual([]);
});

test("vmauth verifies nobody on its own host", () => {
  const two = { ...byAcme(), groups: ["databases", "dashboards"] };
  const { dash: _, ...others } = pair;
  expect(problems(region({ ...others, two }, unsaid))).toEqual([]);
});

test.each([
  [
    "a retention that VictoriaMetrics does not know",
    region(pair, { victoriametrics: { enabled: true, retention: "12h" } }),
    'podwatch:victoriametrics.retention: "12h" is not what VictoriaMetrics keeps samples for; write whole hours, 1d or more',
  ],
  [
    "one that nobody sends to",
    region({ one: { groups: ["databases"] } }),
    "podwatch:victoriametrics.enabled: stores what Prometheus sends, and no host of the stack has one; put a host into the group monitors, or remove it",
  ],
  [
    "one that nobody else reaches",
    region({ ...pair, two: { groups: ["databases"], front: { bind: "127.0.0.1" } } }),
    "podwatch:hosts.two.front.bind: 127.0.0.1 opens the front of two to two itself only, and mon needs its VictoriaMetrics there; write an address of two, or 0.0.0.0",
  ],
  [
    "a vmauth without any",
    region(
      { mon: { groups: ["monitors", "dashboards"] } },
      { victoriametrics: {}, vmauth: { enabled: true } },
    ),
    "podwatch:vmauth.enabled: has no VictoriaMetrics to ask; write enabled: true under podwatch:victoriametrics for the hosts of the group databases, or remove it",
  ],
  [
    "a vmalert without one on its host",
    region({
      ...pair,
      two: { groups: ["databases"], victoriametrics: { enabled: false }, vmalert: { enabled: true } },
    }),
    "podwatch:hosts.two.vmalert.enabled: has no VictoriaMetrics to ask on its host; write enabled: true under podwatch:victoriametrics for it too, or remove it",
  ],
  [
    "rules that are none",
    region(pair, { prometheus: { mode: "agent" }, vmalert: { ruleFiles: ["rules.json"] } }),
    'podwatch:vmalert.ruleFiles[0]: "rules.json" is not a rule file, which ends in .yml or .yaml; write the path of one, or rename it',
  ],
])("%s is refused", (_what, raw, problem) => {
  expect(problems(raw)).toContain(problem);
});

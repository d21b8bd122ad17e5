// Log-ins of the front: what the host gets of them, and what is refused.
import { compareSync, getRounds } from "bcryptjs";
import fc from "fast-check";
import { tokenLine, userLine } from "../../../components/nginx/auth.render";
import { NginxBridge } from "../../../components/nginx/component";
import { PROMETHEUS_BACKEND } from "../../../components/prometheus/render";
import { problemsOf, stack } from "../../config/support";
import { plainText, type Recorded, Secret } from "../mocks";
import { bundleOf, deployOnHost } from "../onHost";
import { hostSettings, SECRETS } from "../stackFile";

const salt = Buffer.alloc(16, 7).toString("base64");

test("of a password there is a bcrypt hash, the same for the same salt, that no other password has", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 8, maxLength: 12 }), (password) => {
      const [name, hash = ""] = userLine("alice", password, salt).trimEnd().split(":");
      expect(name).toBe("alice");
      expect(getRounds(hash)).toBeGreaterThanOrEqual(10);
      expect(compareSync(password, hash)).toBe(true);
      expect(compareSync(`${password}x`, hash)).toBe(false);
    }),
    { numRuns: 3 },
  );
  expect(userLine("alice", "the same", salt)).toBe(userLine("alice", "the same", salt));
  const other = Buffer.alloc(16, 8).toString("base64");
  expect(userLine("alice", "the same", other)).not.toBe(userLine("alice", "the same", salt));
  expect(tokenLine("ci", "abc")).toBe(
    "ci:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n",
  );
});

const bridge = (auth: object) =>
  deployOnHost(hostSettings({ front: { auth } }), (name, ground) => {
    const { front, gateways, prometheus, name: hostName } = hostSettings({ front: { auth } });
    const { limits } = prometheus;
    return new NginxBridge(name, {
      ...ground,
      hostName,
      front,
      gateways,
      limits,
      backends: [PROMETHEUS_BACKEND],
      runbooks: {},
    });
  });

const sent = (resources: readonly Recorded[], name: string) => {
  const stdin = resources.find((resource) => resource.name === name)?.inputs.stdin;
  return stdin instanceof Secret ? String(stdin.value) : undefined;
};

test("rights are plain, hashes are secrets that a reload takes in, and passwords stay here", async () => {
  const users = {
    bob: { password: SECRETS.frontPassword, paths: ["prometheus"] },
    alice: { access: "write" },
  };
  const { resources } = await bridge({ users, tokens: { ci: { token: SECRETS.frontToken } } });
  const { headers, parts } = bundleOf(resources);
  expect(headers.filter((line) => /secret/.test(line))).toEqual([
    "reloaded-secret podwatch-nginx-users",
    "reloaded-secret podwatch-nginx-tokens",
  ]);
  expect(parts["unit/podwatch-nginx.container"]).not.toContain("Secret=");
  const [, rights = ""] = /const RIGHTS = (\{[\s\S]*?^\});/m.exec(parts["files/logins.js"] ?? "") ?? [];
  expect(JSON.parse(rights)).toEqual({
    users: {
      alice: { access: "write", paths: ["all"] },
      bob: { access: "read", paths: ["prometheus"] },
    },
    tokens: {
      ci: { access: "read", paths: ["gateways", "metrics"] },
      podwatch: { access: "read", paths: ["all"] },
    },
  });
  const [first = "", second = ""] = (sent(resources, "tested-users-secret") ?? "").split("\n").slice(-3);
  expect(first).toMatch(/alice:\$2b\$10\$[./A-Za-z0-9]{53}$/);
  expect(compareSync(SECRETS.frontPassword, second.slice("bob:".length))).toBe(true);
  expect(sent(resources, "tested-tokens-secret")).toContain(tokenLine("ci", SECRETS.frontToken));
  const everything = JSON.stringify(resources, (_, value) => (value instanceof Secret ? value.value : value));
  for (const secret of [SECRETS.frontPassword, SECRETS.frontToken]) expect(everything).not.toContain(secret);
  expect(plainText(resources)).not.toContain("$2b$");
});

test("the order of log-ins and paths in the stack file means nothing", async () => {
  const one = { alice: { paths: ["runbooks", "prometheus"] }, bob: {} };
  const other = { bob: {}, alice: { paths: ["prometheus", "runbooks"] } };
  const bundle = async (users: object) => bundleOf((await bridge({ users })).resources).parts;
  expect(await bundle(other)).toEqual(await bundle(one));
});

test.each<[string, object, string | RegExp]>([
  ["nobody", {}, /^podwatch:front\.auth: names nobody; write a user, such as users: /],
  [
    "a user and a token of one name",
    { users: { ci: {} }, tokens: { ci: {} } },
    'podwatch:front.auth.tokens.ci: "ci" is a user too; give the token another name',
  ],
  [
    "the token of Podwatch's own commands",
    { tokens: { podwatch: {} } },
    /^podwatch:front\.auth\.tokens\.podwatch: "podwatch" is the token of Podwatch's own commands; give yours another name$/,
  ],
  [
    "the name of Grafana's administrator",
    { users: { admin: {} } },
    /^podwatch:grafana\.adminUser: "admin" is a user of the front too, whose log-ins do not reach Grafana; give one /,
  ],
  [
    "a name with a colon",
    { users: { "a:b": {}, bob: {} } },
    /"a:b" is not a name for a log-in; write letters, /,
  ],
  [
    "a path that nothing is at",
    { users: { a: { paths: ["grafana"] } } },
    /"grafana" is not known here; write prometheus or victoriametrics or alertmanager or /,
  ],
  [
    "an access that there is not",
    { users: { a: { access: "admin" } } },
    /"admin" is not known here; write read or write/,
  ],
])("refused: %s", (_, auth, problem) => {
  const text = problem instanceof RegExp ? expect.stringMatching(problem) : problem;
  expect(problemsOf(stack({ front: { auth } }))).toEqual([text]);
});

test.each([
  ["password", "short", /is not a password for the front; write 8 characters or more, of at most 72 bytes/],
  ["password", "ä".repeat(37), /is not a password for the front/],
  ["token", "too-short", /is not a token; write 20 characters or more/],
])("a %s that will not do is refused and not quoted", (kind, value, problem) => {
  const auth =
    kind === "password" ? { users: { a: { password: value } } } : { tokens: { a: { token: value } } };
  const problems = problemsOf(stack({ front: { auth } }), { secretKeys: ["host", "front"] });
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(problems[0]).not.toContain(value);
});

// Rules for production stacks: each is kept, broken, and excepted.

import { parse } from "../../config/parse";
import { POLICY_RULES } from "../../config/schema/policy";
import { context, problemsOf, stack } from "./support";

const GOOD = {
  policy: {},
  backup: { enabled: true },
  alertmanager: { receivers: { oncall: { webhook: { url: "https://hooks.my-company.net/x" } } } },
};
const world = { secretKeys: ["host", "alertmanager", "prometheus", "backup"] };
const broken = (more: object) => problemsOf(stack({ ...GOOD, ...more }), world);

/** What breaks each rule, and the setting that is named. */
const BREAKS: Readonly<Record<keyof typeof POLICY_RULES, [object, string]>> = {
  "fixed-images": [{ grafana: { image: "docker.io/grafana/grafana:12.3" } }, "podwatch:grafana.image"],
  "pinned-host-keys": [
    {
      host: {
        address: "10.1.2.3",
        user: "u",
        privateKey: undefined,
        agent: true,
        insecureIgnoreHostKey: true,
      },
    },
    "podwatch:host.insecureIgnoreHostKey",
  ],
  "front-tls": [{ front: { bind: "0.0.0.0", insecure: "a test", tls: false } }, "podwatch:front.bind"],
  "front-log-in": [{ front: { bind: "10.1.2.3", insecure: "a test" } }, "podwatch:front.bind"],
  "encrypted-log-ins": [
    {
      prometheus: {
        remoteWrite: [{ name: "far", url: "http://far.my-company.net/write", bearerToken: "t0ken-of-far" }],
      },
    },
    "podwatch:prometheus.remoteWrite[0].bearerToken",
  ],
  "kept-data": [{ prometheus: { data: "delete" } }, "podwatch:prometheus.data"],
  backups: [{ backup: { enabled: false } }, "podwatch:backup.enabled"],
  "backup-alerts": [{ alerts: { BackupTooOld: { enabled: false } } }, "podwatch:alerts.BackupTooOld.enabled"],
};

const agent = { agent: { socket: "/run/agent", state: "ready" as const } };

test("a stack that keeps all rules is taken", () => {
  expect(broken({})).toEqual([]);
});

describe.each(Object.entries(BREAKS))("%s", (rule, [more, setting]) => {
  const own = { ...world, ...(rule === "pinned-host-keys" ? agent : {}) };
  const problems = (policy: object) =>
    problemsOf(stack({ ...GOOD, ...more, policy }), own).filter((line) => line.includes("(policy: "));

  test("is enforced, with the setting, the way out and how to make an exception", () => {
    const [line, ...others] = problems({}).filter(
      (found) => found.includes(`policy.exceptions.${rule}`) || found.includes(`exceptions["${rule}"]`),
    );
    expect(others).toEqual([]);
    expect(line?.startsWith(`${setting}: `)).toBe(true);
    expect(line).toContain(POLICY_RULES[rule as keyof typeof POLICY_RULES]);
  });

  test("has exceptions, and is off without a policy", () => {
    const exceptions = Object.fromEntries(Object.keys(POLICY_RULES).map((name) => [name, "for this test"]));
    expect(problems({ exceptions })).toEqual([]);
    expect(problems({ enabled: false })).toEqual([]);
    const { [rule]: _, ...others } = exceptions;
    expect(problems({ exceptions: others })).toHaveLength(1);
  });
});

const directory = { bindDn: "cn=%s,dc=net", searchBaseDns: ["dc=net"] };
const mail = { host: "mail.my-company.net:25", user: "grafana", from: "grafana@my-company.net" };
test.each([
  [
    "a directory in clear text",
    { grafana: { ldap: { hosts: ["ldap.my-company.net"], ...directory } } },
    "podwatch:grafana.ldap.startTls",
  ],
  [
    "a mail server that may refuse encryption",
    { grafana: { smtp: { ...mail, password: "mail-s3cret", startTls: "OpportunisticStartTLS" } } },
    "podwatch:grafana.smtp.startTls",
  ],
  [
    "mails of Alertmanager without it",
    {
      alertmanager: {
        receivers: {
          oncall: {
            email: {
              to: ["a@my-company.net"],
              from: "b@my-company.net",
              smarthost: "mail.my-company.net:25",
              authUsername: "u",
              authPassword: "mail-s3cret",
              requireTls: false,
            },
          },
        },
      },
    },
    "podwatch:alertmanager.receivers.oncall.email.requireTls",
  ],
])("a password is not sent in clear text: %s", (_, more, setting) => {
  const keys = { secretKeys: [...world.secretKeys, "grafana"] };
  const lines = problemsOf(stack({ ...GOOD, ...more }), keys);
  expect(lines).toEqual([expect.stringMatching(/in clear text, where anybody .*\(policy: no password/)]);
  expect(lines[0]?.split(": ")[0]).toBe(setting);
});

test.each([
  ["a directory of this host's", { grafana: { ldap: { hosts: ["127.0.0.1", "localhost"], ...directory } } }],
  [
    "a directory with TLS",
    { grafana: { ldap: { hosts: ["ldap.my-company.net"], ...directory, useSsl: true } } },
  ],
  [
    "a mail server without a log-in",
    { grafana: { smtp: { host: mail.host, from: mail.from, startTls: "NoStartTLS" } } },
  ],
])("%s breaks no rule", (_, more) => {
  expect(problemsOf(stack({ ...GOOD, ...more }), { secretKeys: [...world.secretKeys, "grafana"] })).toEqual(
    [],
  );
});

test.each([
  ["a digest", { grafana: { image: `docker.io/grafana/grafana@sha256:${"0".repeat(64)}` } }],
  ["a version with a suffix", { grafana: { image: "docker.io/grafana/grafana:v12.3.1-ubuntu" } }],
  ["a service that is off", { nginxExporter: { enabled: false, image: "registry.my-company.net/b:1" } }],
  [
    "a log-in at this host itself",
    { prometheus: { remoteWrite: [{ name: "far", url: "http://127.0.0.1/w", bearerToken: "t0ken" }] } },
  ],
  [
    "plain HTTP without a log-in",
    { prometheus: { remoteWrite: [{ name: "far", url: "http://far.my-company.net/w" }] } },
  ],
  ["a front of loopback", { front: { bind: "127.0.0.2" } }],
])("%s breaks no rule", (_, more) => {
  expect(broken(more)).toEqual([]);
});

test("the token of a Grafana of somebody else's is a log-in too", () => {
  const external = (url: string) => ({
    front: { bind: "0.0.0.0", auth: { users: { alice: {} } } },
    grafana: { external: { url, token: "glsa_0123456789012345678901234567" } },
  });
  const secretKeys = [...world.secretKeys, "grafana"];
  const problems = (url: string) => problemsOf(stack({ ...GOOD, ...external(url) }), { secretKeys });
  expect(problems("https://grafana.my-company.net")).toEqual([]);
  expect(problems("http://grafana.my-company.net")).toEqual([
    expect.stringMatching(/^podwatch:grafana\.external\.token: is sent over plain HTTP/),
  ]);
});

test("all violations are told at once, host by host", () => {
  const host = (address: string, more: object = {}) => ({
    ...(stack({}).host as object),
    address,

    ...more,
  });
  const { host: _, ...rest } = stack({
    ...GOOD,
    prometheus: { data: "delete" },
    hosts: { one: host("10.1.2.3"), two: host("10.1.2.4", { backup: { enabled: false } }) },
  });
  expect(
    problemsOf(rest, { secretKeys: ["hosts", "alertmanager"] }).map((line) => line.split(": ")[0]),
  ).toEqual(["podwatch:hosts.two.backup.enabled", "podwatch:prometheus.data"]);
});

test("unknown rules are refused with what is meant, and a reason has to be one", () => {
  expect(broken({ policy: { exceptions: { "front-tsl": "because" } } })).toEqual([
    "podwatch:policy.exceptions.front-tsl: unknown rule; did you mean front-tls?",
  ]);
  expect(broken({ policy: { exceptions: { everything: "because" } } })[0]).toMatch(
    /unknown rule; the rules are fixed-images, /,
  );
  expect(broken({ policy: { exceptions: { backups: "" } } })[0]).toMatch(
    /is not a reason; write in a few words/,
  );
});

test("exceptions reach the program, for previews", () => {
  const given = stack({ ...GOOD, policy: { exceptions: { backups: "there is nothing worth it" } } });
  expect(parse(given, context(world))).toMatchObject({
    settings: { exceptions: [{ rule: "backups", reason: "there is nothing worth it" }] },
  });
});

// A front that other hosts reach is refused without TLS or a log-in, with what to write instead, unless a reason is given.
import { problemsOf, settingsOf, stack } from "../../config/support";

const auth = { users: { alice: {} } };
const REASON = "only a closed network reaches it";
const nothingElse = { prometheus: { enabled: false }, gateways: { enabled: false } };
const refusals = (front: object, more: object = {}) =>
  problemsOf(stack({ ...more, front })).filter((line) => line.includes("opens the front"));

test.each([
  ["not open", {}],
  ["open on loopback of another kind", { bind: "127.0.0.9" }],
  ["in clear text on loopback", { tls: false }],
  ["encrypted, with log-ins", { bind: "0.0.0.0", auth }],
  ["in clear text with a reason", { bind: "0.0.0.0", tls: false, auth, insecure: REASON }],
  ["open to everybody with a reason", { bind: "::", tls: false, insecure: REASON }],
  ["encrypted without a log-in, with a reason", { bind: "10.1.2.3", insecure: REASON }],
])("%s: taken", (_, front) => {
  expect(problemsOf(stack({ front }))).toEqual([]);
});

test("one that was open in clear text before there was TLS is told both ways, by the very lines", () => {
  expect(refusals({ bind: "0.0.0.0" })).toEqual([
    `podwatch:front.bind: "0.0.0.0" opens the front to everybody who reaches the host, without a log-in; no stranger should get that far.
    To close it, write below podwatch:front:
      auth: { users: { alice: { access: write } } }
    To leave it open, encrypted and without a log-in, write there:
      insecure: <why that is safe here>
    To leave it open in clear text, as before there was TLS, write there:
      tls: false
      insecure: <why that is safe here>`,
  ]);
});

test("one in clear text is told how to encrypt it, and to give a reason", () => {
  expect(refusals({ bind: "0.0.0.0", tls: false, publicUrl: "http://mon.acme.net" })).toEqual([
    `podwatch:front.bind: "0.0.0.0" opens the front to everybody who reaches the host, in clear text, without a log-in; no stranger should get that far.
    To close it, write below podwatch:front:
      tls: { ownCa: {} }, and publicUrl with https
      auth: { users: { alice: { access: write } } }
    To leave it as it is, write there:
      insecure: <why that is safe here>`,
  ]);
  const [told = ""] = refusals({ bind: "0.0.0.0", tls: false, auth });
  expect(told).toContain("in clear text; no stranger");
  expect(told).not.toContain("alice");
});

test("one that is encrypted on purpose lacks a log-in only", () => {
  const [told = ""] = refusals({ bind: "0.0.0.0", tls: { ownCa: {} } });
  expect(told).toContain("reaches the host, without a log-in; ");
  expect(told).not.toContain("tls:");
});

test("the lines printed are taken, each way", () => {
  const [told = ""] = refusals({ bind: "0.0.0.0" });
  expect(told).toContain("auth: { users: { alice: { access: write } } }");
  expect(refusals({ bind: "0.0.0.0", auth: { users: { alice: { access: "write" } } } })).toEqual([]);
  expect(settingsOf(stack({ front: { bind: "0.0.0.0", tls: false, insecure: REASON } })).front).toMatchObject(
    {
      port: 80,
      tls: false,
      publicUrl: "http://10.1.2.3",
    },
  );
  // As it is printed it says nothing.
  expect(problemsOf(stack({ front: { bind: "0.0.0.0", insecure: "<why that is safe here>" } }))).toEqual([
    'podwatch:front.insecure: "<why that is safe here>" is a placeholder; put in your reason',
  ]);
});

test("Grafana's own log-in is one, as long as the front shows nothing else", () => {
  expect(refusals({ bind: "0.0.0.0" }, nothingElse)).toEqual([]);
  expect(refusals({ bind: "0.0.0.0", tls: false }, nothingElse)).toEqual([
    expect.stringContaining("in clear text; no stranger"),
  ]);
  const others: object[] = [
    { prometheus: {} },
    { gateways: {} },
    { blackboxExporter: { enabled: true } },
    { alertmanager: { enabled: true } },
  ];
  for (const other of others) {
    expect(refusals({ bind: "0.0.0.0" }, { ...nothingElse, ...other })).toHaveLength(1);
  }
  expect(refusals({ bind: "0.0.0.0", snippet: "location /own/ { return 200; }" }, nothingElse)).toHaveLength(
    1,
  );
});

test("each host is told where its own settings stand", () => {
  const { host, ...sections } = stack({}) as { host: object };
  const hosts = { far: { ...host, front: { bind: "10.1.2.3" } }, near: { ...host, address: "10.1.2.4" } };
  expect(problemsOf({ ...sections, hosts })).toEqual([
    expect.stringMatching(/^podwatch:hosts\.far\.front\.bind: [\s\S]*below podwatch:hosts\.far\.front:\n/),
  ]);
});

test.each(["", "x"])("%j is no reason", (insecure) => {
  expect(problemsOf(stack({ front: { bind: "0.0.0.0", insecure } })).join()).toMatch(
    /podwatch:front\.insecure: .* is not a reason; write in a few words/,
  );
});

test("a policy for production is stricter: a reason is no exception from it", () => {
  const problems = problemsOf(
    stack({ policy: {}, front: { bind: "0.0.0.0", tls: false, insecure: REASON } }),
  );
  for (const rule of ["front-tls", "front-log-in"]) {
    expect(problems.filter((line) => line.includes(rule))).toHaveLength(1);
  }
});

// A cluster of Alertmanagers: who is in it, what each is told, and what is refused. tests/integration/scale.test.ts has one on hosts.
import { alertmanager, alertmanagerSecrets } from "../../../components/alertmanager/render";
import { parse } from "../../../config/parse";
import { format } from "../../../config/problem";
import { context, host, problemsOf } from "../../config/support";

const given = {
  receivers: { oncall: { webhook: { url: "https://hooks.my-company.net/x" } } },
  cluster: {},
};

function region(addresses: Record<string, string>, more: object = {}) {
  const hosts = Object.entries(addresses).map(([name, address]) => [
    name,
    { ...host, address, groups: ["monitors"], ...more },
  ]);
  return { hosts: Object.fromEntries(hosts), alertmanager: given };
}

const secretKeys = ["hosts", "alertmanager"];

function clusters(raw: Record<string, unknown>) {
  const parsed = parse(raw, context({ secretKeys }));
  if ("problems" in parsed) throw new Error(parsed.problems.map(format).join("\n"));
  return parsed.settings.hosts.map((one) => one.alertmanager.cluster);
}

test("each member knows the others, by the ports of their own", () => {
  const raw = region({ one: "10.1.2.1", two: "10.1.2.2" });
  expect(clusters(raw)).toEqual([
    { address: "10.1.2.1", port: 9094, peers: ["10.1.2.2:9094"], others: ["10.1.2.2"] },
    { address: "10.1.2.2", port: 9094, peers: ["10.1.2.1:9094"], others: ["10.1.2.1"] },
  ]);
  const own = region({ one: "10.1.2.1", two: "10.1.2.2", three: "10.1.2.3" });
  (own.hosts as Record<string, object>).two = {
    ...(own.hosts.two as object),
    alertmanager: { cluster: { port: 9194 } },
  };
  (own.hosts as Record<string, object>).three = {
    ...(own.hosts.three as object),
    alertmanager: { cluster: { enabled: false } },
  };
  expect(clusters(own)[0]?.peers).toEqual(["10.1.2.2:9194"]);
  expect(clusters(own)[2]).toBeUndefined();
});

test("one that is alone, or has no IP address, is refused", () => {
  const problems = (raw: Record<string, unknown>) => problemsOf(raw, { secretKeys });
  expect(problems(region({ one: "10.1.2.1" }))).toEqual([
    "podwatch:alertmanager.cluster: has one member only, since no other host of the stack has an Alertmanager with it; write it for all monitors, such as under podwatch:alertmanager, or remove it",
  ]);
  expect(problems(region({ one: "10.1.2.1", two: "two.my-company.net" }))[0]).toBe(
    'podwatch:alertmanager.cluster: has a member at "two.my-company.net", and members find each other by IP addresses; write the one of that host as its address, or remove cluster',
  );
  expect(problems(region({ one: "fd00::1", two: "fd00::2" }))[0]).toBe(
    'podwatch:alertmanager.cluster: has a member at "fd00::1", whose containers have no IPv6; write subnet6 of podwatch:network',
  );
});

test("an interval in which members cannot hear each other is refused", () => {
  const raw = region({ one: "10.1.2.1", two: "10.1.2.2", three: "10.1.2.3" });
  const alike = { receiver: "oncall", matchers: ['severity="info"'] };
  const route = { groupInterval: "30s", routes: [{ ...alike, groupInterval: "20s" }] };
  expect(problemsOf({ ...raw, alertmanager: { ...given, route } }, { secretKeys })).toEqual([
    'podwatch:alertmanager.route.routes[0].groupInterval: "20s" is shorter than the time that the members of the cluster give each other, 15 s for each but the first; write 30s or more',
  ]);
});

const input = {
  image: "alertmanager",
  externalUrl: "https://one/alertmanager/",
  receivers: {},
  route: { matchers: [], continue: false, muteTimeIntervals: [], activeTimeIntervals: [], routes: [] },
  shippedInhibitRules: true,
  inhibitRules: [],
  timeIntervals: {},
  templates: {},
  keepData: true,
} as unknown as Parameters<typeof alertmanager>[0];

test("alone it listens for nobody", () => {
  const { args, ports, files, secrets } = alertmanager(input);
  expect(args).toContain("--cluster.listen-address=");
  expect([ports, secrets]).toEqual([undefined, alertmanagerSecrets(input).map(({ name }) => name)]);
  expect(Object.keys(files)).not.toContain("cluster-tls.yml");
});

test("a member shows its certificate, and lets in who has one of the same authority", () => {
  const { args, ports, files, secrets, sysctls } = alertmanager({
    ...input,
    cluster: { address: "fd00::1", port: 9194, peers: ["[fd00::2]:9094"] },
  });
  expect(args?.filter((one) => one.startsWith("--cluster"))).toEqual([
    "--cluster.listen-address=[::]:9094",
    "--cluster.advertise-address=[fd00::1]:9194",
    "--cluster.peer=[fd00::2]:9094",
    "--cluster.tls-config=/etc/podwatch/current/files/cluster-tls.yml",
  ]);
  expect(ports).toEqual([{ address: "::", hostPort: 9194, containerPort: 9094 }]);
  expect(sysctls).toEqual({ "net.ipv4.tcp_syn_retries": "1", "net.ipv4.tcp_retries2": "4" });
  expect(secrets).toContain("alertmanager-cluster-certificate");
  expect(files["cluster-tls.yml"]).toContain("client_auth_type: RequireAndVerifyClientCert");
});

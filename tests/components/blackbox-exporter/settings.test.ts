// What is probed: each target fits its module, and every complaint has a way out.
import { problemsOf, settingsOf, stack } from "../../config/support";

const problems = (blackboxExporter: object) => problemsOf(stack({ blackboxExporter }));
const target = (more: object) => ({ targets: [{ name: "a", ...more }] });

test("is deployed if there are targets, or if that is said", () => {
  const enabled = (blackboxExporter: object) =>
    settingsOf(stack({ blackboxExporter })).blackboxExporter.enabled;
  expect(enabled({})).toBe(false);
  expect(enabled({ enabled: true })).toBe(true);
  expect(enabled(target({ target: "http://a" }))).toBe(true);
  expect(enabled({ ...target({ target: "http://a" }), enabled: false })).toBe(false);
});

test.each<[module: string, target: string]>([
  ["http", "http://10.1.2.3:8080/health?x=1#y"],
  ["http", "https://[fd00::1]/"],
  ["tcp", "mail.my-company.net:25"],
  ["tls", "[fd00::1]:443"],
  ["icmp", "10.1.2.3"],
  ["icmp", "router.my-company.net"],
  ["icmp", "fd00::1"],
  ["dns", "10.1.2.3"],
  ["dns", "[fd00::53]:53"],
  ["dns", "resolver.my-company.net:5353"],
])("%s probes %s", (module, probed) => {
  expect(problems(target({ module, target: probed }))).toEqual([]);
});

test.each<[module: string, target: string, complaint: string]>([
  [
    "http",
    "shop.my-company.net",
    '"shop.my-company.net" is not a URL; write one that begins with http:// or https://',
  ],
  ["http", "ftp://a", '"ftp://a" is not a URL; write one that begins with http:// or https://'],
  [
    "http",
    "https://me:word@a/",
    "holds a log-in or a secret, which anybody could read in previews and on the host; write the address without it, and the log-in as basicAuth, bearerToken or headers",
  ],
  ["tcp", "a", '"a" is not host:port; write one such as mail.my-company.net:993'],
  ["tls", "a:0", '"a:0" is not host:port; write one such as mail.my-company.net:993'],
  ["icmp", "[::1]", '"[::1]" has brackets, which stand before a port only; write ::1'],
  ["dns", "[fd00::5]", '"[fd00::5]" has brackets, which stand before a port only; write fd00::5'],
  ["icmp", "a:1", '"a:1" is not an address; write an IPv4 or IPv6 address or a DNS name, without a port'],
  ["dns", "udp://a", '"udp://a" is not a DNS server; write an address or host:port, such as 10.1.2.3:53'],
])("%s does not probe %s", (module, probed, complaint) => {
  expect(problems(target({ module, target: probed }))).toEqual([
    `podwatch:blackboxExporter.targets[0].target: ${complaint}`,
  ]);
});

test("a module of one's own is known by its prober, also in the place of a built-in one", () => {
  const modules = { own: { prober: "tcp" }, http: { prober: "icmp" } };
  expect(problems({ modules, ...target({ module: "own", target: "a:1" }) })).toEqual([]);
  expect(problems({ modules, ...target({ target: "10.1.2.3" }) })).toEqual([]);
});

test("conflicting settings are reported with the fix", () => {
  expect(
    problems({
      targets: [
        { name: "a", target: "http://a", module: "htpp" },
        { name: "a", target: "http://b", labels: { instance: "x", team: "y" } },
        { name: "b", module: "constructor", target: "x" },
      ],
      modules: {
        own: { prober: "http", http: { basic_auth: { username: "me", password: "word" } } },
      },
    }),
  ).toEqual([
    "podwatch:blackboxExporter.modules.own.http.basic_auth.password: is a secret, which anybody could read in previews and on the host; write it as basicAuth.password of the module, type: pulumi config set --secret --path 'podwatch:blackboxExporter.modules.own.basicAuth.password'",
    'podwatch:blackboxExporter.targets[0].module: "htpp" is not a module; write http, tcp, tls, icmp, dns, own, or add it to blackboxExporter.modules',
    "podwatch:blackboxExporter.targets[1].labels.instance: is a label that Podwatch sets from name, module and target; write another name",
    'podwatch:blackboxExporter.targets[1].name: "a" is already the name of another target; write another name',
    'podwatch:blackboxExporter.targets[2].module: "constructor" is not a module; write http, tcp, tls, icmp, dns, own, or add it to blackboxExporter.modules',
  ]);
});

test("nothing scrapes it without Prometheus", () => {
  expect(
    problemsOf(
      stack({
        prometheus: { enabled: false },
        grafana: { enabled: false },
        blackboxExporter: { enabled: true },
      }),
    ),
  ).toEqual([
    "podwatch:prometheus.enabled: false leaves the blackbox exporter without a Prometheus that scrapes it; set blackboxExporter.enabled to false, or remove this",
  ]);
});

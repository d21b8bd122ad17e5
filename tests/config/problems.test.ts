import { host, problemsOf, stack } from "./support";

/** [what, sections of the stack, more of the host, the one expected line] */
const wrong: [string, Record<string, unknown>, Record<string, unknown>, string][] = [
  [
    "duration",
    { prometheus: { retention: { time: "15 days" } } },
    {},
    'podwatch:prometheus.retention.time: "15 days" is not a duration; write a number and a unit such as 15d, 12h or 90m',
  ],
  [
    "units out of order",
    { gateways: { scrapeInterval: "5s1m" } },
    {},
    'podwatch:gateways.scrapeInterval: "5s1m" is not a duration; write a number and a unit such as 15d, 12h or 90m',
  ],
  [
    "size",
    { prometheus: { retention: { size: "50 GiB" } } },
    {},
    'podwatch:prometheus.retention.size: "50 GiB" is not a size; write a whole number and a unit such as 512MB or 50GB',
  ],
  [
    "port",
    { front: { port: 70000 } },
    {},
    "podwatch:front.port: 70000 is not a port number; write a whole number from 1 to 65535",
  ],
  [
    "URL",
    { front: { publicUrl: "https://m.acme.net/grafana" } },
    {},
    'podwatch:front.publicUrl: "https://m.acme.net/grafana" is not a URL of this kind; write http or https, the host and perhaps a port, such as https://monitor.my-company.net',
  ],
  [
    "host's name",
    {},
    { name: "Mon 1" },
    'podwatch:host.name: "Mon 1" is not a host name of this kind; write up to 31 lower-case letters, digits and -, beginning with a letter',
  ],
  [
    "address",
    {},
    { address: "root@10.1.2.3" },
    'podwatch:host.address: "root@10.1.2.3" is not an address; write an IPv4 or IPv6 address or a DNS name, without user, port or protocol',
  ],
  [
    "mistyped IPv4",
    {},
    { address: "10.1.2.999" },
    'podwatch:host.address: "10.1.2.999" is not an address; write an IPv4 or IPv6 address or a DNS name, without user, port or protocol',
  ],
  [
    "missing",
    {},
    { address: undefined },
    "podwatch:host.address: is missing; write an IPv4 or IPv6 address or a DNS name, or connection: local to deploy to this machine",
  ],
  [
    "type",
    { prometheus: "15s" },
    {},
    'podwatch:prometheus: "15s" is not a group of settings; write one setting a line below it',
  ],
  [
    "list for text",
    { grafana: { adminUser: ["a"] } },
    {},
    "podwatch:grafana.adminUser: a list is not a user name; write letters, digits and @ . _ -",
  ],
  [
    "switch",
    {},
    { become: "yes" },
    'podwatch:host.become: "yes" is neither true nor false; write true or false',
  ],
  [
    "word",
    { grafana: { data: "purge" } },
    {},
    'podwatch:grafana.data: "purge" is not known here; write keep or delete',
  ],
  [
    "image without tag",
    { grafana: { image: "docker.io/grafana/grafana" } },
    {},
    'podwatch:grafana.image: "docker.io/grafana/grafana" is not a pinned image; write registry/name:tag with a fixed tag (not latest) or registry/name@sha256:digest',
  ],
  [
    "subnet",
    { network: { subnet: "10.89.77.1/24" } },
    {},
    'podwatch:network.subnet: "10.89.77.1/24" is not a subnet of this kind; write a private IPv4 range by its first address and a prefix from /16 to /28, such as 10.89.77.0/24',
  ],
  [
    "IPv6 subnet",
    { network: { subnet6: "fe80::/64" } },
    {},
    'podwatch:network.subnet6: "fe80::/64" is not an IPv6 subnet of this kind; write a range of unique local (fd...) or global addresses by its first address and a prefix from /48 to /112, such as fdb6:93f8:2e1d::/64',
  ],
  [
    "gateway",
    { gateways: { sources: ["a/b"] } },
    {},
    'podwatch:gateways.sources[0]: "a/b" is not a gateway name; write up to 64 letters, digits, _ and -, the socket\'s file name without .sock',
  ],
  [
    "gateway twice",
    { gateways: { sources: ["a", "b", "a"] } },
    {},
    'podwatch:gateways.sources[2]: "a" is listed twice; remove one of the two',
  ],
  [
    "path",
    { gateways: { socketDirectory: "/run/../etc" } },
    {},
    'podwatch:gateways.socketDirectory: "/run/../etc" is not a plain absolute path; write one such as /run/roq/service, without blanks, colons, .. or a slash at the end',
  ],
  [
    "label name",
    { prometheus: { externalLabels: { "a-b": "x" } } },
    {},
    'podwatch:prometheus.externalLabels.a-b: "a-b" is not a label name; write letters, digits and _, not beginning with a digit or __',
  ],
  [
    "time-out",
    { prometheus: { scrapeTimeout: "1m" } },
    {},
    'podwatch:prometheus.scrapeTimeout: "1m" is longer than the interval, 15s; write at most 15s',
  ],
  [
    "time-out of a host",
    { prometheus: { scrapeInterval: "30s" } },
    { prometheus: { scrapeTimeout: "31s" } },
    'podwatch:host.prometheus.scrapeTimeout: "31s" is longer than the interval, 30s; write at most 30s',
  ],
  [
    "privileged port",
    {},
    { become: false, user: "me", front: { port: 80 } },
    "podwatch:host.front.port: 80 can be bound by root only; write a port from 1024 up, or set become: true",
  ],
  [
    "no data",
    { prometheus: { enabled: false } },
    {},
    "podwatch:prometheus.enabled: false leaves Grafana without data; set grafana.enabled to false too, or remove this",
  ],
  [
    "sudo for root",
    {},
    { becomePassword: "x" },
    "podwatch:host.becomePassword: is not used by root, who needs no sudo; remove it, or set the user to log in as",
  ],
  [
    "sudo without become",
    {},
    { becomePassword: "x", become: false, user: "me" },
    "podwatch:host.becomePassword: is not used with become: false; remove one of the two",
  ],
  [
    "containers of an ordinary user who is root",
    {},
    { become: false },
    "podwatch:host.become: false means rootless containers, but the user is root; set the user who is to own them, or remove this",
  ],
  [
    "two ways in",
    {},
    { agent: true },
    "podwatch:host: privateKeyFile and agent are set together; keep one of them",
  ],
  [
    "no way in",
    {},
    { privateKeyFile: undefined },
    "podwatch:host: has no way to log in; set one of privateKeyFile, privateKey, agent and password",
  ],
  [
    "no host key",
    {},
    { hostKey: undefined },
    "podwatch:host: has no host key; set hostKey (what `ssh-keyscan -t ed25519 ADDRESS` prints after the address) or knownHostsFile",
  ],
  [
    "no key file",
    {},
    { privateKeyFile: "~/nope" },
    'podwatch:host.privateKeyFile: "~/nope" does not exist; write the path of a private key',
  ],
  [
    "well-known password",
    { grafana: { adminPassword: "Passw0rd!" } },
    {},
    "podwatch:grafana.adminPassword: is a well-known password; write another one, or remove the setting to have one generated",
  ],
];

test.each(wrong)("one line, with setting, value and way out: %s", (_, sections, more, line) => {
  expect(problemsOf(stack(sections, more))).toEqual([
    line.replace("adminPassword: is", "adminPassword: the value is"),
  ]);
});

test("a name that JavaScript keeps for itself", () => {
  const externalLabels = JSON.parse('{"__proto__": "x", "constructor": "fine"}') as object;
  expect(problemsOf(stack({ prometheus: { externalLabels } }))).toEqual([
    "podwatch:prometheus.externalLabels.__proto__: is a reserved name in JavaScript; write another name",
  ]);
});

const unknown: [Record<string, unknown>, Record<string, unknown>, string][] = [
  [
    { prometheus: { scrape_interval: "5s" } },
    {},
    "podwatch:prometheus.scrape_interval: unknown setting; did you mean scrapeInterval?",
  ],
  [
    { grafana: { adminPasword: "hunter2hunter2" } },
    {},
    "podwatch:grafana.adminPasword: unknown setting; did you mean adminPassword?",
  ],
  [
    { retention: {} },
    {},
    "podwatch:retention: unknown setting; did you mean podwatch:prometheus.retention or podwatch:victoriametrics.retention?",
  ],
  [{}, { subnet: "x" }, "podwatch:host.subnet: unknown setting; did you mean podwatch:host.network.subnet?"],
  [{}, { ansible_user: "x" }, "podwatch:host.ansible_user: unknown setting; did you mean user?"],
  [
    { prometheus: { scrapeJobs: [{ name: "n", targets: ["a:1"], job_name: "n" }] } },
    {},
    "podwatch:prometheus.scrapeJobs[0].job_name: unknown setting; did you mean name?",
  ],
  [
    { network: { zzz: 1 } },
    {},
    "podwatch:network.zzz: unknown setting; remove it (known settings: subnet, subnet6)",
  ],
];

test.each(unknown)("an unknown setting suggests what was meant: %j %j", (sections, more, line) => {
  expect(problemsOf(stack(sections, more))).toEqual([line]);
});

test("no host, an empty list of hosts, and both forms together", () => {
  expect(problemsOf({})).toEqual([
    expect.stringMatching(/^podwatch:host: is missing; say where to deploy, such as: pulumi config set/),
  ]);
  expect(problemsOf({ hosts: {} })).toEqual([expect.stringMatching(/^podwatch:hosts: names no host; /)]);
  const both = { host, hosts: { a: { ...host, port: 23 } } };
  expect(problemsOf(both)).toEqual([
    expect.stringMatching(/^podwatch:host: is set together with podwatch:hosts; keep /),
  ]);
});

test("two hosts with one address, however it is written", () => {
  const twins = { a: { ...host, address: "fd00::1" }, b: { ...host, address: "FD00:0::1" } };
  expect(problemsOf({ hosts: twins })).toEqual([
    'podwatch:hosts.b.address: "FD00:0::1" with port 22 is also the address of podwatch:hosts.a; remove one of the two hosts or correct its address',
  ]);
  expect(problemsOf({ hosts: { a: host, b: { ...host, port: 2222 } } })).toEqual([]);
});

test("jobs: one name each, also over kinds and built-in ones; nothing overruled, nothing empty, no secret", () => {
  const targets = ["a.internal:1"];
  const scrapeJobs = [
    { name: "prometheus", targets },
    { name: "node", targets },
    { name: "node", targets, timeout: "20s" },
    { name: "empty" },
    { name: "found", labels: { a: "b" }, extra: { dns_sd_configs: [] } },
    { name: "limited", targets, limits: { samples: 1 }, extra: { sample_limit: 2, label_limit: 3 } },
    { name: "raw", targets, extra: { scheme: "https", basic_auth: { username: "u", password: "hunter2" } } },
  ];
  const files = { "t.json": '[{"targets": ["a:1"]}]' };
  expect(
    problemsOf(stack({ prometheus: { scrapeJobs, fileSd: [{ name: "raw", files: ["t.json"] }] } }), {
      files,
    }),
  ).toEqual([
    'podwatch:prometheus.fileSd[0].name: "raw" is already the name of another job; write another name',
    'podwatch:prometheus.scrapeJobs[0].name: "prometheus" is already the name of a shipped job; write another name',
    'podwatch:prometheus.scrapeJobs[2].name: "node" is already the name of another job; write another name',
    'podwatch:prometheus.scrapeJobs[2].timeout: "20s" is longer than the interval, 15s; write at most 15s',
    "podwatch:prometheus.scrapeJobs[3].targets: is missing; write at least one target as host:port, or a service discovery: httpSd, or one under extra",
    "podwatch:prometheus.scrapeJobs[4].labels: apply to listed targets only, and the job has none; write them as relabel_configs under extra",
    "podwatch:prometheus.scrapeJobs[5].extra.sample_limit: would override limits.samples of the job; remove one of the two",
    "podwatch:prometheus.scrapeJobs[6].extra.basic_auth.password: is a secret, which anybody could read in previews and on the host; write it as basicAuth.password of the job, type: pulumi config set --secret --path 'podwatch:prometheus.scrapeJobs[6].basicAuth.password'",
    "podwatch:prometheus.scrapeJobs[6].extra.scheme: would override the job's own settings; write it as scheme of the job",
  ]);
});

test("shipped files: missing, of the wrong kind or content", () => {
  const files = {
    "a/x.json": "{",
    "b/x.json": '{"title": "B", "panels": []}',
    "b/y.json": "{}",
    "t.txt": "",
    "t.json": '[{"targets": "a:1"}]',
  };
  const fileSd = [{ name: "sd", files: ["t.txt", "t.json", "*/t.json", "none*.yml"] }];
  const dashboards = ["a/x.json", "b/*.json", "c.json"];
  expect(
    problemsOf(stack({ prometheus: { fileSd, ruleFiles: ["t.txt"] }, grafana: { dashboards } }), { files }),
  ).toEqual([
    expect.stringMatching(
      /^podwatch:grafana\.dashboards\[0\]: "a\/x\.json" is not JSON \(.+\); save the dashboard's JSON from Grafana again$/,
    ),
    'podwatch:grafana.dashboards[1]: "b/y.json" has no panels; is it a dashboard? Save it from Grafana in the classic format',
    'podwatch:grafana.dashboards[1]: "b/y.json" has no title; is it a dashboard? Write "title": "..." at its top level',
    'podwatch:grafana.dashboards[2]: "c.json" does not exist; write the path of a dashboard',
    'podwatch:prometheus.fileSd[0].files[0]: "t.txt" is of a kind that Prometheus does not read; write a file that ends in .json, .yml or .yaml',
    'podwatch:prometheus.fileSd[0].files[1]: "t.json" is not a target file; write a list such as [{"targets": ["db1.internal:9100"], "labels": {}}]',
    'podwatch:prometheus.fileSd[0].files[2]: "*/t.json" matches no file; write the path of a target file',
    'podwatch:prometheus.fileSd[0].files[3]: "none*.yml" matches no file; write the path of a target file',
    'podwatch:prometheus.ruleFiles[0]: "t.txt" is not a rule file, which ends in .yml or .yaml; write the path of one, or rename it',
  ]);
});

test("all problems are reported together, once each, sorted, and checks continue beside invalid parts", () => {
  const raw = {
    ...stack({
      front: { port: 0 },
      prometheus: { scrapeInterval: "5s", scrapeTimeout: "6s", evaluationInterval: 3 },
    }),
    hosts: { a: { ...host, user: 7, hostKey: "nonsense" }, b: { ...host, privateKeyFile: "nope" } },
    zzz: 1,
  };
  const paths = problemsOf(raw).map((line) => line.slice(0, line.indexOf(": ")));
  expect(paths).toEqual([
    "podwatch:front.port",
    "podwatch:host",
    "podwatch:hosts.a.address",
    "podwatch:hosts.a.hostKey",
    "podwatch:hosts.a.user",
    "podwatch:hosts.b.address",
    "podwatch:hosts.b.privateKeyFile",
    "podwatch:prometheus.evaluationInterval",
    "podwatch:prometheus.scrapeTimeout",
    "podwatch:zzz",
  ]);
});

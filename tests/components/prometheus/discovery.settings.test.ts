// Jobs whose targets Prometheus finds by itself: what is refused, with the way out.
import { problemsOf, settingsOf, stack } from "../../config/support";

const AT = "podwatch:prometheus.discovery[0]";
const secretKeys = { secretKeys: ["host", "hosts", "grafana", "prometheus"] };
const problems = (job: object, files: Record<string, string> = {}) =>
  problemsOf(stack({ prometheus: { discovery: [{ name: "found", ...job }] } }), { ...secretKeys, files });

const credential = { id: "21dced0f", secret: "s3cret" };
const cloud = { authUrl: "https://keystone.my-cloud.net/v3", region: "RegionOne" };
const ec2 = { region: "eu-central-1" };

test.each<[string, object]>([
  ["http", { http: { url: "https://inventory.my-company.net/targets" } }],
  ["file", { file: { directory: "/srv/inventory" } }],
  ["dns", { dns: { names: ["_metrics._tcp.my-company.net"] } }],
  ["dns of type A", { dns: { names: ["web.my-company.net"], type: "A", port: 9100 } }],
  ["openstack", { openstack: { ...cloud, applicationCredential: credential } }],
  [
    "openstack with a named credential",
    {
      openstack: {
        ...cloud,
        applicationCredential: { name: "m", username: "u", domain: "Default", secret: "s3cret" },
      },
    },
  ],
  ["ec2 with the machine's role", { ec2 }],
  ["ec2 with a key", { ec2: { ...ec2, accessKey: "AKID", secretKey: "s3cret" } }],
  ["consul", { consul: { server: "consul.my-company.net:8500", token: "t0ken" } }],
  ["docker", { docker: { host: "https://docker1.my-company.net:2376" } }],
])("accepted: %s", (_, job) => {
  expect(problems(job)).toEqual([]);
});

test.each<[string, object, string]>([
  [
    "no kind",
    {},
    `${AT}: finds no targets; write one of http, file, dns, openstack, ec2, consul, docker below it`,
  ],
  [
    "two kinds",
    { http: { url: "https://a.my-company.net/" }, dns: { names: ["a"] }, ec2 },
    `${AT}.http: is set together with dns and ec2; write a job for each`,
  ],
  [
    "no files",
    { file: {} },
    `${AT}.file.files: is missing; write target files on this computer, or a directory of the host`,
  ],
  [
    "names without a directory",
    { file: { files: ["t.json"], names: ["*.json"] } },
    `${AT}.file.names: are names in directory, which is not set; write it, or remove them`,
  ],
  [
    "a name that Prometheus would not read",
    { file: { directory: "/srv/inventory", names: ["a*b*.json"] } },
    `${AT}.file.names[0]: "a*b*.json" is not a name of target files; write one that ends in .json, .yml or .yaml, with at most one *`,
  ],
  [
    "a port for SRV records",
    { dns: { names: ["a"], port: 1 } },
    `${AT}.dns.port: is of no use: SRV records have ports; remove it, or write type: A`,
  ],
  [
    "no port for others",
    { dns: { names: ["a"], type: "MX" } },
    `${AT}.dns.port: is missing; MX records have no port, so write that of the metrics`,
  ],
  ["no name", { dns: { names: [] } }, `${AT}.dns.names: a list is empty; write at least one name`],
  [
    "no log-in at OpenStack",
    { openstack: cloud },
    `${AT}.openstack: has no log-in; write applicationCredential (or user)`,
  ],
  [
    "two log-ins at OpenStack",
    {
      openstack: {
        ...cloud,
        applicationCredential: credential,
        user: { username: "u", password: "s3cret", domain: "Default", project: "p" },
      },
    },
    `${AT}.openstack.user: is set together with applicationCredential; keep one of them`,
  ],
  [
    "an application credential without an id",
    { openstack: { ...cloud, applicationCredential: { name: "m", secret: "s3cret" } } },
    `${AT}.openstack.applicationCredential.id: is missing; write it, or name, username and domain`,
  ],
  [
    "an application credential with an id and a name",
    { openstack: { ...cloud, applicationCredential: { ...credential, name: "m" } } },
    `${AT}.openstack.applicationCredential.id: is set together with name, username or domain; the id alone is enough`,
  ],
  [
    "presets of servers for hypervisors",
    { openstack: { ...cloud, applicationCredential: credential, role: "hypervisor", keep: { name: "a" } } },
    `${AT}.openstack.keep: is for servers, and role is "hypervisor"; write relabel of the job`,
  ],
  [
    "half an access key",
    { ec2: { ...ec2, accessKey: "AKID" } },
    `${AT}.ec2.secretKey: is missing; write the secret that belongs to accessKey`,
  ],
  [
    "the other half",
    { ec2: { ...ec2, secretKey: "s3cret" } },
    `${AT}.ec2.accessKey: is missing; write the id of the key that secretKey belongs to`,
  ],
  [
    "two log-ins at Consul",
    {
      consul: {
        server: "consul.my-company.net:8500",
        token: "t",
        basicAuth: { username: "u", password: "s3cret" },
      },
    },
    `${AT}.consul.token: is set together with basicAuth; keep one of them`,
  ],
  [
    "Docker's socket",
    { docker: { host: "unix:///var/run/docker.sock" } },
    `${AT}.docker.host: "unix:///var/run/docker.sock" would make Prometheus root on the host, which everybody is who may use Docker's socket; write https://HOST:2376 of a daemon that asks for a client certificate (tls), or http:// of a proxy that only lets lists of containers and networks through`,
  ],
  [
    "Docker over a scheme without TLS",
    { docker: { host: "tcp://docker1.my-company.net:2376" } },
    `${AT}.docker.host: "tcp://docker1.my-company.net:2376" would be asked without TLS by Prometheus, whatever tls says; write https://HOST:PORT, or http://HOST:PORT of a proxy that only lets reading through`,
  ],
  [
    "a label from what is not known",
    { docker: { host: "https://docker1.my-company.net:2376", labelsFrom: { a: "nam", b: "colour.x" } } },
    `${AT}.docker.labelsFrom.a: "nam" is not known of a target; did you mean name?`,
  ],
  [
    "a choice by what is not known",
    { ec2: { ...ec2, keep: { nam: "a" } } },
    `${AT}.ec2.keep.nam: unknown setting; did you mean name?`,
  ],
  [
    "relabelling beside it",
    { ec2, extra: { relabel_configs: [] } },
    `${AT}.extra.relabel_configs: has a setting; write it as relabel of the job`,
  ],
  [
    "a second discovery",
    { ec2, extra: { consul_sd_configs: [] } },
    `${AT}.extra.consul_sd_configs: would be a second service discovery; write a job for each`,
  ],
  [
    "targets of its own",
    { ec2, extra: { static_configs: [] } },
    `${AT}.extra.static_configs: would override the job's own settings; write a job under scrapeJobs`,
  ],
  [
    "a secret in the relabelling",
    { ec2, relabel: [{ target_label: "__param_token", replacement: "s3cret" }] },
    `${AT}.relabel[0].replacement: looks like a secret, which anybody could read in previews, on the host and as a label; send it as bearerToken or headers if the server accepts that, or leave it out of the request`,
  ],
  [
    "a time-out longer than the interval",
    { ec2, interval: "5s", timeout: "6s" },
    `${AT}.timeout: "6s" is longer than the interval, 5s; write at most 5s`,
  ],
])("refused: %s", (_, job, problem) => {
  expect(problems(job, { "t.json": "[]" })).toContainEqual(problem);
});

test("names are those of no other job, of whatever kind", () => {
  const prometheus = {
    scrapeJobs: [{ name: "a", targets: ["a:1"] }],
    discovery: [
      { name: "a", ec2 },
      { name: "prometheus", ec2 },
    ],
  };
  expect(problemsOf(stack({ prometheus }))).toEqual([
    `${AT}.name: "a" is already the name of another job; write another name`,
    'podwatch:prometheus.discovery[1].name: "prometheus" is already the name of a shipped job; write another name',
  ]);
});

test("secrets have to be encrypted", () => {
  const openstack = { ...cloud, applicationCredential: credential };
  const discovery = [
    { name: "a", openstack },
    { name: "b", ec2: { ...ec2, accessKey: "AKID", secretKey: "s3cret" } },
    { name: "c", consul: { server: "consul.my-company.net:8500", token: "t0ken" } },
  ];
  const told = problemsOf(stack({ prometheus: { discovery } }), { secretKeys: [] });
  expect(told.filter((one) => /secret|token/i.test(one))).toHaveLength(3);
  expect(told.join()).not.toMatch(/s3cret|t0ken/);
});

test("patterns may be numbers and switches, as YAML reads them", () => {
  const keep = { port: [9100, "80.*"], label: { monitored: true } };
  const discovery = [{ name: "a", docker: { host: "http://docker1.my-company.net:2375", keep } }];
  expect(settingsOf(stack({ prometheus: { discovery } })).prometheus.discovery[0]?.docker?.keep).toEqual({
    port: ["9100", "80.*"],
    label: { monitored: ["true"] },
  });
});

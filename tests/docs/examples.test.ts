// The stack files under examples/ are right but for their placeholders, which are refused by name.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import versions from "../../versions.json";
import { hostKey, problemsOf, settingsOf } from "../config/support";
import { root } from "./markdown";

const file = "examples/roq-monitor/Pulumi.roq-monitor.yaml";
const address = "10.1.2.3";
const files = { "~/.ssh/known_hosts": `${address} ${hostKey}\n` };

/** What stands below the namespace. */
function stackFile(path: string): { host: Record<string, unknown> } & Record<string, unknown> {
  const { config } = parseYaml(readFileSync(join(root, path), "utf8")) as { config: Record<string, unknown> };
  const sections = Object.entries(config).map(([key, value]) => [key.replace(/^podwatch:/, ""), value]);
  return Object.fromEntries(sections);
}

test("every example has a page, and a stack file of its name or one for each of its stacks", () => {
  const several: Readonly<Record<string, readonly string[]>> = {
    isa: ["qual", "prod"],
    regional: ["staging", "prod"],
  };
  for (const folder of readdirSync(join(root, "examples"))) {
    const stacks = several[folder] ?? [folder];
    expect(readdirSync(join(root, "examples", folder))).toEqual(
      expect.arrayContaining(["README.md", ...stacks.map((stack) => `Pulumi.${stack}.yaml`)]),
    );
  }
});

describe.each([
  ["staging", 'groups.targets.nodeExporter.allowFrom[0]: "192.0.2.10"'],
  ["prod", 'firewall.allowFrom[0]: "198.51.100.0/24"'],
])("regional, %s", (name, allowFrom) => {
  const sections = stackFile(`examples/regional/Pulumi.${name}.yaml`);
  const addresses = Object.values(sections.hosts as unknown as Record<string, { address: string }>).map(
    ({ address: own }) => own,
  );

  const ssh = (own: string) =>
    `hostname ${own}\nuser operator\nport 22\nidentityfile ~/.ssh/id_ed25519\nuserknownhostsfile ~/.ssh/known_hosts\n`;
  const world = {
    sshConfig: Object.fromEntries(addresses.map((own) => [own, ssh(own)])),
    files: { "~/.ssh/known_hosts": addresses.map((own) => `${own} ${hostKey}\n`).join("") },
  };
  const placeholders = [
    `podwatch:${allowFrom} is a placeholder; put in the addresses of your network`,
    ...Object.entries(sections.hosts as object).map(
      ([host, { address: own }]) =>
        `podwatch:hosts.${host}.address: "${own}" is a placeholder; put in the address of your host`,
    ),
  ].sort();

  test("is right but for the addresses", () => {
    expect(problemsOf(sections, world)).toEqual(placeholders);
  });

  test("takes the lines of its page for the region's services", () => {
    const page = readFileSync(join(root, "examples/regional/README.md"), "utf8");
    const [, lines = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const { config } = parseYaml(lines) as { config: Record<string, unknown> };
    const added = Object.entries(config).map(([key, value]) => [key.replace(/^podwatch:/, ""), value]);
    expect(added).toHaveLength(3);
    expect(problemsOf({ ...sections, ...Object.fromEntries(added) }, world)).toEqual(placeholders);
  });
});

describe.each([
  ["qual", ["isaqal09", "isaqal10"]],
  ["prod", ["isaprd09", "isaprd10", "isaprd11"]],
])("isa, %s", (name, hosts) => {
  const sections = stackFile(`examples/isa/Pulumi.${name}.yaml`);
  /** As `ssh -G` and known_hosts would say. */
  const isa = {
    sshConfig: Object.fromEntries(
      hosts.map((host) => [
        `${host}.epfl.ch`,
        `hostname ${host}.epfl.ch\nuser operator\nport 22\nidentityfile ~/.ssh/id_ed25519\nuserknownhostsfile ~/.ssh/known_hosts\n`,
      ]),
    ),
    files: {
      "~/.ssh/known_hosts": hosts.map((host) => `${host}.epfl.ch ${hostKey}\n`).join(""),
    },
  };

  test("is right as it stands", () => {
    expect(problemsOf(sections, isa)).toEqual([]);
    expect(Object.keys(sections.hosts as object)).toEqual(hosts);
  });

  test("opens 8443, takes over the block of before, and leaves Grafana to others", () => {
    const { hosts: all, ...common } = sections;
    const [first] = Object.values(all as Record<string, object>);
    const settings = settingsOf({ ...common, host: { ...first, name: "one" } }, isa);
    expect(settings).toMatchObject({
      front: { port: 8443, root: "prometheus" },
      apache: { enabled: true, configFile: "/etc/httpd/conf.d/EPFL_isa.conf" },
      firewall: { enabled: true },
      prometheus: { enabled: true },
      grafana: { enabled: false },
    });
  });
});

describe("apimon", () => {
  const sections = stackFile("examples/apimon/Pulumi.apimon.yaml");
  const hosts = sections.hosts as unknown as Record<string, { address: string }>;
  const addresses = Object.values(hosts).map(({ address: own }) => own);
  const ssh = (own: string) =>
    `hostname ${own}\nuser operator\nport 22\nidentityfile ~/.ssh/id_ed25519\nuserknownhostsfile ~/.ssh/known_hosts\n`;
  const around = {
    sshConfig: Object.fromEntries(addresses.map((own) => [own, ssh(own)])),
    files: { "~/.ssh/known_hosts": addresses.map((own) => `${own} ${hostKey}\n`).join("") },
  };

  test("is right but for the addresses", () => {
    const placeholders = Object.entries(hosts).map(
      ([host, { address: own }]) =>
        `podwatch:hosts.${host}.address: "${own}" is a placeholder; put in the address of your host`,
    );
    placeholders.push(
      'podwatch:firewall.allowFrom[0]: "198.51.100.0/24" is a placeholder; put in the addresses of your network',
    );
    expect(problemsOf(sections, around)).toEqual(placeholders.sort());
  });

  test("takes the scenarios beside it, and one more executor as its page writes it", () => {
    const folder = "examples/apimon/scenarios";
    const given = sections.executor as { readonly jobs: Readonly<Record<string, { readonly path: string }>> };
    const paths = Object.values(given.jobs).map(({ path }) => path);
    expect(readdirSync(join(root, folder), { recursive: true })).toEqual(expect.arrayContaining(paths));
    const page = readFileSync(join(root, "examples/apimon/README.md"), "utf8");
    expect(page).toContain("executor2: { groups: [executors], executor: { zone: eu-de-2 }, ... }");
  });
});

const chickens = stackFile("examples/chickens/Pulumi.chickens.yaml");
const world = {
  files: {
    "examples/chickens/Containerfile": readFileSync(join(root, "examples/chickens/Containerfile"), "utf8"),
  },
  secretKeys: ["alertmanager"],
};

test("chickens refuses what has to be filled in and what has to be kept secret, and nothing else", () => {
  const receivers = "podwatch:alertmanager.receivers";
  const problems = problemsOf(chickens, world);
  expect(problems.filter((problem) => / is a placeholder; /.test(problem))).toEqual([
    `${receivers}.farmer.email.from: "pi@example.com" is a placeholder; put in a mail address of yours`,
    `${receivers}.farmer.email.smarthost: "smtp.example.com:587" is a placeholder; put in your mail server as host:port`,
    `${receivers}.farmer.email.to[0]: "farmer@example.com" is a placeholder; put in a mail address of yours`,
  ]);
  expect(
    problems
      .filter((problem) => !/ is a placeholder; /.test(problem))
      .map((problem) => problem.replace(/: is missing; .*/, "")),
  ).toEqual([
    "podwatch:alertmanager.deadMansSwitch.url",
    `${receivers}.chat.slack.apiUrl`,
    `${receivers}.farmer.email.authPassword`,
    `${receivers}.farmer.opsgenie.apiKey`,
    `${receivers}.farmer.slack.apiUrl`,
  ]);
});

test("the page of chickens tells how to set each of those secrets", () => {
  const page = readFileSync(join(root, "examples/chickens/README.md"), "utf8");
  const told = [...page.matchAll(/config set --secret --path '([^']+)'/g)].map(([, path]) => path).sort();
  const missing = problemsOf(chickens, world).flatMap(
    (problem) => /^(\S+): is missing;/.exec(problem)?.[1] ?? [],
  );
  expect(told).toEqual(missing.sort());
});

test("chickens builds its image on what every other host pulls", () => {
  expect(Object.values(world.files).join()).toMatch(`\nFROM ${versions.images.prometheus}\n`);
});

test("roq-monitor refuses the address that has to be filled in, and nothing else", () => {
  const placeholder = { files: { "~/.ssh/known_hosts": `203.0.113.10 ${hostKey}\n` } };
  expect(problemsOf(stackFile(file), placeholder)).toEqual([
    'podwatch:host.address: "203.0.113.10" is a placeholder; put in the address of your host',
  ]);
});

test("roq-monitor deploys what the Ansible set-up did, once it is filled in", () => {
  const { host, ...sections } = stackFile(file);
  const settings = settingsOf({ ...sections, host: { ...host, address } }, { files });
  expect(settings).toMatchObject({
    name: "server",
    become: true,
    connection: { host: address, user: "ansible", port: 22, hostKey },
    front: { bind: "127.0.0.1", port: 80, publicUrl: "http://localhost" },
    gateways: { enabled: true, sources: "auto", socketDirectory: "/run/roq/service", gid: 1001 },
    prometheus: { enabled: true, data: "keep" },
    grafana: { enabled: true, datasourceUid: "PBFA97CFB590B2093", data: "keep" },
  });
});

// What `pulumi stack export --show-secrets` prints, made by hand in its form.
import { ANSWERS_PROGRAM, answersQuestion } from "../../lib/answers";
import * as runner from "../../lib/runner";

export type Kind = runner.Rights;

export const HOST_A = { host: "10.99.0.200", user: "operator", hostKey: "ssh-ed25519 AAAA" };

export interface Resource {
  urn: string;
  type: string;
  delete?: boolean;
  parent?: string;
  dependencies?: string[];
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

export function exported(list: readonly Resource[]): string {
  return JSON.stringify({ version: 3, deployment: { resources: list } });
}

/** What the Host component of this version records of the same host. */
export function record(name: string, kind: Kind, password?: string): Resource {
  const sudo =
    kind === "sudo-with-password" ? { rights: kind, sudoPassword: secret(password) } : { rights: kind };
  return {
    urn: urn("podwatch:index:Host", `podwatch-${name}`),
    type: "podwatch:index:Host",
    outputs: {
      connection: { name, route: HOST_A, scope: kind === "own" ? "rootless" : "rootful", ...sudo },
      engine: "podman",
      runner: `podwatch-${name}-runner`,
      services: {
        grafana: `podwatch-${name}-grafana-service`,
        network: `podwatch-${name}-network-service`,
        prometheus: `podwatch-${name}-prometheus-service`,
        storage: `podwatch-${name}-storage-service`,
      },
      secrets: { "podwatch-grafana-admin-password": `podwatch-${name}-grafana-admin-password-secret` },
    },
  };
}

/** How former versions installed a runner whose text the state has. */
export const FORMER_INSTALL = {
  plain: "/bin/sh -c 'cat >.podwatch/runner; sh .podwatch/runner'",
  withPassword: "/bin/sh -c 'cp .podwatch/runner@a .podwatch/runner; sh .podwatch/runner'",
};

/** The resources of one host with disks, the network and Grafana. */
export function resources(name: string, kind: Kind, password = ""): Resource[] {
  const grafana = urn("podwatch:index:Grafana", `podwatch-${name}-grafana`);
  const install = commands(`podwatch-${name}-runner`, kind, password, {
    staged: "runner",
    bundle: "the runner",
    plain: FORMER_INSTALL.plain,
    withPassword: FORMER_INSTALL.withPassword,
    remove: ["uninstall"],
  });
  const own = [
    ...service(name, "grafana", GRAFANA_BUNDLE, kind, password),
    ...service(name, "storage", "podwatch-bundle 1\nservice storage\nkind mount\n", kind, password),
    ...service(
      name,
      "network",
      "podwatch-bundle 1\nservice network\npart unit/podwatch.network\n  x\n",
      kind,
      password,
    ),
    command(`podwatch-${name}-grafana-admin-password-secret`, {
      create: call(kind, ["put-secret", "grafana-admin-password"]),
      delete: call(kind, ["remove-secret", "grafana-admin-password"]),
      stdin: secret("grafana's"),
    }),
  ];
  const after = install.map((resource) => resource.urn);
  return [
    {
      urn: grafana,
      type: "podwatch:index:Grafana",
      outputs: { adminUser: "admin", adminPassword: secret("grafana's") },
    },
    ...install,
    ...own.map((resource) => ({ ...resource, parent: grafana, dependencies: after })),
    {
      urn: urn("command:local:Command", `podwatch-${name}-answers`),
      type: "command:local:Command",
      dependencies: [...after, ...own.map((resource) => resource.urn)],
      inputs: {
        interpreter: ["node", "-e", ANSWERS_PROGRAM],
        delete: answersQuestion(name, HOST_A.host, 22),
        triggers: ["id"],
      },
    },
  ];
}

const GRAFANA_BUNDLE = `podwatch-bundle 1
service grafana
secret podwatch-grafana-admin-password
data keep
part files/decoy
  x
secret-looking but in a part
`;

function service(host: string, name: string, bundle: string, kind: Kind, password: string): Resource[] {
  return commands(`podwatch-${host}-${name}-service`, kind, password, {
    staged: name,
    bundle,
    plain: call(kind, ["apply", name, "0123abcd"]),
    withPassword: runner.withNote(runner.runnerCommandStaged(["apply", name], name), "bundle 12"),
    remove: ["remove", name],
  });
}

interface Script {
  staged: string;
  bundle: string;
  plain: string;
  withPassword: string;
  remove: runner.RunnerWords;
}

function commands(name: string, kind: Kind, password: string, script: Script): Resource[] {
  const remove = call(kind, script.remove);
  if (kind !== "sudo-with-password") {
    return [command(name, { create: script.plain, delete: remove, stdin: script.bundle })];
  }
  return [
    command(`${name}-bundle`, {
      create: runner.stageCommand(script.staged),
      delete: runner.unstageCommand(script.staged),
      stdin: script.bundle,
    }),
    command(name, { create: script.withPassword, delete: remove, stdin: secret(`${password}\n`) }),
  ];
}

function call(kind: Kind, words: runner.RunnerWords): string {
  return kind === "sudo-with-password"
    ? runner.runnerCommandWithPassword(words)
    : runner.runnerCommand(kind === "own" ? "rootless" : "rootful", kind, words);
}

function command(name: string, inputs: Record<string, unknown>): Resource {
  const type = "command:remote:Command";
  return { urn: urn(type, name), type, inputs: { connection: secret(HOST_A), ...inputs } };
}

function urn(type: string, name: string): string {
  return `urn:pulumi:dev::podwatch::podwatch:index:MonitoringStack$${type}::${name}`;
}

function secret(value: unknown) {
  return {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  };
}

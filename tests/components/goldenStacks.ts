// The stacks whose rendered files are kept in tests/golden/, and how they are rendered.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MonitoringStack } from "../../components/monitoringStack";
import type { HostSettings, Settings } from "../../config/load";
import { shippedDashboards } from "../../dashboards/shipped";
import { everySection, filesBeside } from "./everything";
import { MACHINE } from "./expected";
import { identitiesOf, isBundle } from "./identities";
import { COMMAND, deploy } from "./mocks";
import { hostKey, readStackFile, SECRETS, type StackFile, settingsOf } from "./stackFile";

export const STACKS = ["dev", "prod", "rootless", "docker", "everything"] as const;
/** Stacks of which nothing but the resources is kept: their services' files are those of the others. */
export const FORMS = ["ways", "local", "machines"] as const;
export type Stack = (typeof STACKS)[number] | (typeof FORMS)[number];

/** The file with what makes each resource the one that it is. */
export const IDENTITIES = "resources.txt";

/** Rendered files by name: a bundle for each service, and the list of all resources. */
export type Rendered = Readonly<Record<string, string>>;

/** What the stack deploys, as text that is the same on every machine. */
export async function render(stack: Stack): Promise<Rendered> {
  const settings = settingsOfStack(stack);
  const { resources, requests } = await deploy(() => new MonitoringStack("podwatch", settings));
  const commands = resources.filter(({ type }) => type === COMMAND);
  const identities: Rendered = { [IDENTITIES]: identitiesOf(requests, resources) };
  if (isForm(stack)) return identities;
  return Object.fromEntries([
    ...Object.entries(identities),
    ...commands.flatMap(({ name, inputs: { stdin } }) =>
      isBundle(stdin) ? [[`${name}.bundle`, withoutDashboards(stdin)]] : [],
    ),
  ]);
}

export function settingsOfStack(stack: Stack): Settings {
  const settings = settingsOf(stackFiles[stack](), filesBeside());
  return stack === "local" ? { hosts: settings.hosts.map(onThatMachine) } : settings;
}

export function goldenDirectory(stack: Stack): string {
  return join(__dirname, "../golden", stack);
}

/** The files of a stack as they are kept. */
export function kept(stack: Stack): Rendered {
  const directory = goldenDirectory(stack);
  const names = readdirSync(directory).filter((name) => isRendered(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

export function isRendered(name: string): boolean {
  return name === IDENTITIES || name.endsWith(".bundle");
}

const key = { hostKey, privateKey: SECRETS.privateKey };
/** Of nobody: the lists of resources have it. */
const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq9EEWeyEyPPqpTDhNpKVyAyJyJ3eLNFJRp2fJ2sX0h";

/** The login of a lab host is in files that the lab makes; a key of the test's own takes their place. */
function withKey({ privateKeyFile: _, knownHostsFile: __, ...host }: StackFile): StackFile {
  return { ...host, ...key };
}

export const stackFiles: Readonly<Record<Stack, () => StackFile>> = {
  dev: () => {
    const file = readStackFile("Pulumi.dev.yaml");
    return { ...file, host: withKey(file.host as StackFile) };
  },
  // Filled in as its comments say.
  prod: () => {
    const file = readStackFile("Pulumi.prod.yaml");
    const host = withKey(file.host as StackFile);
    return { ...file, host: { ...host, address: "10.1.2.3", user: "operator" } };
  },
  rootless: () => ({ host: { ...key, address: "10.1.2.3", user: "podwatch", become: false } }),
  docker: () => ({
    host: { ...key, address: "10.1.2.3", user: "operator", engine: "docker" },
    alertmanager: { enabled: true },
    nodeExporter: { enabled: true },
  }),
  everything: () => {
    const file = readStackFile("tests/golden/everything/Pulumi.everything.yaml");
    const { rootful, rootless, target } = file.hosts as Record<string, StackFile>;
    const sections = everySection();
    return {
      ...sections,
      grafana: { ...(sections.grafana as StackFile), adminPassword: SECRETS.adminPassword },
      hosts: {
        rootful: { ...rootful, ...key, becomePassword: SECRETS.becomePassword },
        rootless: { ...rootless, ...key },
        target: { ...target, ...key },
      },
    };
  },
  // Every way to a host and every kind of rights there.
  ways: () => {
    const { becomePassword } = SECRETS;
    const bastion = { ...key, address: "10.1.2.9", user: "operator" };
    return {
      hosts: {
        root: { ...key, address: "10.1.2.3", user: "root", prometheus: { data: "delete" } },
        sudo: { ...bastion, address: "10.1.2.4" },
        guarded: { ...bastion, address: "10.1.2.5", becomePassword },
        rootless: { ...bastion, address: "10.1.2.6", become: false, grafana: { data: "delete" } },
        jumped: { ...bastion, address: "10.1.2.7", proxy: bastion },
        target: { ...bastion, address: "10.1.2.8", role: "target" },
      },
      ...everyService,
    };
  },
  // Machines that the stack makes, with all that belongs to them.
  machines: () => {
    const login = { machine: "openstack", user: "operator", privateKey: SECRETS.privateKey };
    return {
      machines: {
        openstack: {
          cloud: "region-a",
          image: "debian-13",
          flavor: "m1.small",
          publicKey: PUBLIC_KEY,
          network: { cidr: "10.20.0.0/24", external: "public", nameServers: ["9.9.9.9"] },
          floatingIps: "public",
          volumes: { data: { size: 50 }, backups: { size: 10, keep: true, at: "/srv/backups" } },
          servers: { services1: { flavor: "m1.tiny", volumes: {} } },
        },
      },
      hosts: {
        monitor1: { ...login, groups: ["monitors"] },
        dashboard1: { ...login, groups: ["dashboards"] },
        services1: { ...login, groups: ["targets"] },
      },
      front: { bind: "0.0.0.0", auth: { users: { operator: { access: "write" } } } },
      firewall: { sshFrom: ["10.7.0.0/24", "fd00:1::/48"] },
    };
  },
  local: () => ({ host: { ...key, name: "pi", address: "10.1.2.3", user: "pi" }, ...everyService }),
};

const everyService = {
  alertmanager: { enabled: true },
  nodeExporter: { enabled: true },
  nginxExporter: { enabled: true },
  blackboxExporter: { targets: [{ name: "here", target: "http://10.1.2.3" }] },
};

/**
 * Shipped dashboards are kept in `dashboards/json/`, not here once more for each stack: each is replaced
 * by the name of that file if it is the same but for the uid of the data source, and left in if it is not.
 */
function withoutDashboards(bundle: string): string {
  const sources = [...bundle.matchAll(SOURCE)].map(([, name = "", uid = ""]) => ({ name, uid }));
  const uid = sources[0]?.uid ?? /^ +uid: (\S+)$/m.exec(bundle)?.[1] ?? "";
  return bundle.replaceAll(DASHBOARD, (part, file: string, text: string) => {
    const isOf = (choice: typeof sources) =>
      text === shippedDashboards([file], uid, choice)[file]?.replaceAll(/^(?!$)/gm, "  ");
    const of = isOf([]) ? uid : isOf(sources) ? sources.map(({ name }) => name).join(" or ") : undefined;
    return of === undefined
      ? part
      : `part files/dashboards/${file}\n  (dashboards/json/${file} with the data source ${of})\n`;
  });
}

/** A data source that has what dashboards ask for. */
const SOURCE = /^ +- name: (Prometheus|VictoriaMetrics)\n +type: prometheus\n +uid: (\S+)$/gm;

const DASHBOARD = /^part files\/dashboards\/([a-z]+\.json)\n((?: {2}.*\n)+)/gm;

/** As with `connection: local` on a machine that is the same wherever the test runs. */
function onThatMachine(host: HostSettings): HostSettings {
  return { ...host, connection: { machine: MACHINE, user: "pi" } };
}

function isForm(stack: Stack): boolean {
  return (FORMS as readonly string[]).includes(stack);
}

// The schema of a stack file, assembled from its sections, and of the resolved settings.
// Defaults and grammars are defined once, in `schema` files; checks that involve several settings in `resolve` files.
import { z } from "zod";
import { type MachinesSettings, machines, type OpenstackSettings } from "../components/machines/schema";
import { SECTIONS } from "../components/sections";
import type { Route } from "../connection/connection";
import type { Engine } from "../engines/engine";
import type { AddressNeed } from "../lib/hostAddresses";
import { namespace } from "./namespace";
import type { ImageBuild } from "./schema/image";
import { login } from "./schema/login";
import { type PolicyException, policy } from "./schema/policy";
import { preset } from "./schema/presets";
import {
  address,
  choice,
  duration,
  flag,
  group,
  list,
  mayBeOutput,
  secretText,
  setting,
  text,
} from "./schema/words";
import type { Section, SectionName, ServiceSettings } from "./section";

export type { ImageBuild } from "./schema/image";
export type { QuadletSettings } from "./schema/quadlet";

export { namespace };

/** The sections that configure services; each may be in the stack, and in a host's entry for that host. */
export const services = Object.fromEntries(
  Object.entries(SECTIONS).map(([name, { schema }]) => [name, schema]),
) as { readonly [Name in SectionName]: (typeof SECTIONS)[Name]["schema"] };

const nameProblem =
  "is not a host name of this kind; write up to 31 lower-case letters, digits and -, beginning with a letter";
export const hostName = text(/^[a-z][a-z0-9-]{0,30}$/, nameProblem);

/** The services that groups give to hosts, by section. */
export const PLACEABLE = (Object.entries(SECTIONS) as unknown as ReadonlyArray<[SectionName, Section]>)
  .filter(([, { groups }]) => groups !== undefined)
  .map(([name]) => name) as [SectionName, ...SectionName[]];

export const groupName = text(
  /^[a-z][a-z0-9-]{0,30}$/,
  "is not the name of a group; write up to 31 lower-case letters, digits and -, beginning with a letter",
);

export const proxy = group(login).meta({
  id: "proxy",
  description: "A jump host through which the host is reached.",
});

const hostLabels = () =>
  setting(
    z
      .record(
        text(
          /^(?!__)(?!(?:job|instance)$)[A-Za-z_][A-Za-z0-9_]*$/,
          "is not a label of hosts; write letters, digits and _, not beginning with a digit or __, and neither job nor instance",
        ),
        z.string({ error: "is not text; put the label's value in quotes" }),
        { error: "is not a group of labels; write one `name: value` a line below it" },
      )
      .optional(),
    "Labels of the host: `prometheus.watches` may select hosts by them, and they are labels of what is watched there, its node exporter and what is behind its front. Those of the host win over those of its groups, label by label.",
    { example: { site: "north" } },
  );

const access = {
  role: setting(
    choice(["monitor", "target"]).default("monitor"),
    "`monitor`: the host runs everything that the sections below configure. `target`: it runs only the node exporter, which each Prometheus of the stack scrapes, and needs no podman; the same as `groups: [targets]`.",
  ),
  groups: setting(
    list(groupName, "groups")
      .min(1, { error: "is empty; write at least one group, or remove it" })
      .optional(),
    "Groups that the host is in: shipped ones (`monitors`, `dashboards`, `databases`, `executors`, `targets`, `all-in-one`) and those of `podwatch:groups`. It has the services of all of them; of their settings those of the last one win. [docs/groups.md](groups.md) explains them.",
    { example: ["monitors"], defaultText: "`[all-in-one]`, every service" },
  ),
  labels: hostLabels(),
  connection: setting(
    choice(["ssh", "local"]).default("ssh"),
    "`ssh`: the host is reached over SSH, with the settings below. `local`: the host is the machine that runs Pulumi, as the user who runs it; settings for SSH are then an error.",
  ),
  ...login,
  machine: setting(
    choice(["openstack"]).optional(),
    "The stack makes the machine itself, as `podwatch:machines` says. Its address and host key are then not written.",
    { example: "openstack", defaultText: "the machine is there already" },
  ),
  address: setting(mayBeOutput(address().optional()), "IPv4 or IPv6 address or DNS name.", {
    example: "203.0.113.10",
    defaultText: "required, except with `connection: local` or `machine`",
  }),
  become: setting(
    flag().default(true),
    "`true`: containers are rootful, managed through sudo unless the user is root. `false`: they are rootless and belong to the login user; nothing needs root.",
  ),
  becomePassword: setting(
    secretText(/^[^\0\r\n]+$/, "is not a password; write the one that sudo asks for, on one line").optional(),
    "Password for sudo. Not needed if sudo requires none. It is kept in the state, encrypted, since `pulumi destroy` needs it too; asking for it at each run (`ask`) is therefore refused.",
    { secret: true },
  ),
  sshConfig: setting(
    flag().default(false),
    "`true`: `address` is a destination for `ssh`, and HostName, User, Port, IdentityFile, ProxyJump and UserKnownHostsFile are taken from `~/.ssh/config`, as `ssh -G` prints them. Settings given here take precedence. More than one hop, ProxyCommand and SOCKS are refused.",
  ),
  proxy: setting(proxy.optional(), "A jump host through which the host is reached (one hop)."),
  via: setting(
    hostName.optional(),
    "Name of another host of this stack that is the jump host: its address and log-in settings are used for the hop. Instead of `proxy`.",
    { example: "bastion" },
  ),
  waitForConnection: setting(
    duration().optional(),
    "How long to wait for the host's SSH server before the first change, such as after the machine was created. It is tried again while none answers, not after a log-in that is rejected or a host key that is another one. Waiting ends as soon as it answers; without this setting, a host that does not answer is an error at once.",
    {
      example: "10m",
      defaultText: "none; `5m` if a program gives `address` as an Output",
    },
  ),
  preset: preset(),
};

type Optional<Sections> = { [Name in keyof Sections]: z.ZodOptional<Sections[Name] & z.ZodType> };

/** Each section as an optional setting. */
function optional(describe: (name: SectionName) => string): Optional<typeof services> {
  const names = Object.keys(services) as SectionName[];
  return Object.fromEntries(
    names.map((name) => [name, setting(services[name].optional(), describe(name))]),
  ) as Optional<typeof services>;
}

const overrides = optional((name) => `Overrides \`${namespace}:${name}\` for this host.`);

/** A host in the long form; its key is its name. */
export const hostEntry = group({ ...access, ...overrides }).meta({
  id: "hostEntry",
  description: "One of several hosts.",
});

/** The only host, in the short form. */
export const singleHost = group({
  name: setting(hostName.default("monitor"), "Name of the host in the deployment.", {
    example: "mon1",
    placeholder: "a name of your choice",
  }),
  ...access,
  ...overrides,
}).meta({ id: "host", description: "The only host." });

export const hostGroup = group({
  services: setting(
    list(choice(PLACEABLE), "services").optional(),
    "The services of its hosts, as far as their sections enable them, by the names of the sections. The front follows by itself. `nodeExporter` is enabled by being listed.",
    {
      example: ["prometheus", "alertmanager"],
      defaultText: "those of the shipped group of this name; otherwise none, and the group only has settings",
    },
  ),
  labels: hostLabels(),
  preset: preset(),
  ...optional((name) => `Overrides \`${namespace}:${name}\` for the hosts of the group.`),
}).meta({ id: "hostGroup", description: "A group of hosts: their services, and settings for all of them." });

export const hostGroups = z.record(groupName, hostGroup, {
  error: "is not a group of groups; write one `name:` a line and the group's settings below it",
});

export const hosts = z.record(hostName, hostEntry, {
  error: "is not a group of hosts; write one `name:` a line and the host's settings below it",
});

/** Everything that may be under `config:`, without the namespace. */
export const stack = z.strictObject({
  host: setting(
    singleHost.optional(),
    "The host to deploy to. For several hosts write `podwatch:hosts` instead.",
  ),
  hosts: setting(hosts.optional(), "The hosts to deploy to, each under its name."),
  groups: setting(hostGroups.optional(), "Groups of hosts, each under its name."),
  machines: setting(machines.optional(), machines.description ?? ""),
  preset: preset(),
  policy: setting(policy.optional(), "Rules for production stacks, and exceptions from them."),
  ...optional((name) => services[name].description ?? ""),
});

/** One host with everything that is deployed to it, fully resolved. */
export interface HostSettings<Secret = string> extends ServiceSettings<Secret> {
  readonly name: string;
  /** A target has only the node exporter. */
  readonly role: "monitor" | "target";
  /** The groups that its entry names; absent: none. */
  readonly groups?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The machine, if the stack makes it. */
  readonly machine?: MachineSettings;
  /** What runs its services. */
  readonly containerEngine: Engine;
  /** How it is reached. */
  readonly connection: Route<Secret>;
  /** The host of the stack that is its jump host. */
  readonly via?: string;
  /** How long an SSH server that does not answer is asked again. */
  readonly waitForConnection?: string;
  readonly become: boolean;
  /** Set only if sudo is used and needs it. */
  readonly becomePassword?: Secret;
  /** The images that the host builds, by reference. */
  readonly builds: Readonly<Record<string, ImageBuild>>;
  /** Checked on the host before anything is changed. */
  readonly addressNeeds: readonly AddressNeed[];
}

export type MachineSettings = Pick<OpenstackSettings, "image" | "flavor" | "volumes"> & {
  readonly zone?: string | undefined;
};

/** The validated, complete settings of a stack file. `Secret` is plain text inside `config/` and a Pulumi secret outside. */
export interface Settings<Secret = string> {
  /** What the stack file makes exceptions from, for previews. */
  readonly exceptions?: readonly PolicyException[];
  /** Where machines are made, if any are. */
  readonly machines?: MachinesSettings;
  /** Checks everything again with the address of a machine, once that is known. @throws Error that lists what is wrong */
  readonly checkAddress?: (host: string, address: string) => void;
  readonly hosts: readonly HostSettings<Secret>[];
}

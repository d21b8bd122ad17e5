// What the recorded resources of a component have to be, down to the last input.
import { COMMAND, LOCAL_COMMAND, type Recorded, Secret } from "./mocks";
import { hostKey, login, SECRETS } from "./stackFile";

const NO_HOOKS = {
  beforeCreate: [],
  beforeUpdate: [],
  afterCreate: [],
  afterUpdate: [],
  beforeDelete: [],
  onError: [],
};

export function component(type: string, name: string, parent?: string): Recorded {
  return {
    type: `podwatch:index:${type}`,
    name,
    ...(parent === undefined ? {} : { parent }),
    inputs: {},
    dependsOn: [],
    deleteBeforeReplace: false,
    hooks: NO_HOOKS,
    secretOutputs: [],
    otherTypes: [],
  };
}

export interface ExpectedCommand {
  readonly name: string;
  readonly parent: string;
  readonly create: string;
  readonly delete: string;
  readonly stdin: unknown;
  readonly triggers: readonly unknown[];
  readonly dependsOn: readonly string[];
  /** Name of the host in the stack file. */
  readonly host?: string;
  /** Default: the connection that the tests' login makes. */
  readonly connection?: object;
}

/** A command on a host: nothing logged, nothing in the environment, taken back before it is made anew. */
export function command(expected: ExpectedCommand): Recorded {
  const { name, parent, create, stdin, triggers, dependsOn, host = "monitor" } = expected;
  // What applies a service may have something to say.
  const [, step = ""] = /(-gate|-runner)(?:-bundle)?$/.exec(name) ?? [];
  const preflight = `${host}-preflight${step}`;
  const after = / remove [a-z-]+/.test(expected.delete) ? [`${host}-notes`] : [];
  return {
    type: COMMAND,
    name,
    parent,
    inputs: {
      connection: new Secret(expected.connection ?? CONNECTION),
      create,
      delete: expected.delete,
      stdin,
      triggers,
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    dependsOn: [...dependsOn].sort(),
    deleteBeforeReplace: true,
    hooks: {
      beforeCreate: [preflight],
      beforeUpdate: [preflight],
      afterCreate: after,
      afterUpdate: after,
      beforeDelete: [],
      onError: [],
    },
    secretOutputs: ["connection"],
    otherTypes: [LOCAL_COMMAND],
  };
}

/** What is asked of a host before anything else; it takes nothing back, so it is replaced without being removed first. */
export function gateCommand(expected: Omit<ExpectedCommand, "delete" | "dependsOn">): Recorded {
  const { inputs, ...rest } = command({ ...expected, delete: "", dependsOn: [] });
  const { delete: _, ...others } = inputs;
  return { ...rest, inputs: others, deleteBeforeReplace: false, otherTypes: [] };
}

/** Where the host is the machine that the program runs on. */
export const MACHINE = "0123456789abcdef0123456789abcdef";

/** The same command on this machine: it starts as after a log-in, and takes nothing back on any other. */
export function localCommand(expected: Omit<ExpectedCommand, "connection">): Recorded {
  const { inputs, ...rest } = command(expected);
  const { connection: _, ...others } = inputs;
  const prefix = 'cd && exec env -i HOME="$HOME" USER="$(id -un)" PATH="$PATH" ';
  const elsewhere = `[ "$(cat /etc/machine-id)" = ${MACHINE} ] || { cat >/dev/null; echo "another machine: nothing to remove"; exit 0; }; `;
  return {
    ...rest,
    type: LOCAL_COMMAND,
    inputs: {
      ...others,
      create: `${prefix}${expected.create}`,
      delete: `${elsewhere}${prefix}${expected.delete}`,
    },
    secretOutputs: [],
    otherTypes: [COMMAND],
  };
}

/** The command that takes something back; on a host without a runner nothing is left to be taken back. */
export function removal(words: string, sudo = ""): string {
  const runner = "/var/lib/podwatch/runner";
  const unlessGone = `[ -e ${runner} ] || { cat >/dev/null; echo "nothing to remove"; exit 0; }`;
  return `/bin/sh -c '${unlessGone}; exec ${sudo}/bin/sh ${runner} ${words} --owner=mon'`;
}

export const CONNECTION = {
  host: login.address,
  port: 22,
  user: "root",
  hostKey,
  privateKey: `${SECRETS.privateKey.trim()}\n`,
  dialErrorLimit: 7,
  perDialTimeout: 5,
};

/** A bundle taken apart: its header lines and its files. */
export function parseBundle(text: unknown): { headers: string[]; parts: Record<string, string> } {
  const headers: string[] = [];
  const parts: Record<string, string> = {};
  let path: string | undefined;
  for (const line of String(text).replace(/\n$/, "").split("\n")) {
    if (line.startsWith("part ")) {
      path = line.slice("part ".length);
      parts[path] = "";
    } else if (path === undefined) {
      headers.push(line);
    } else {
      parts[path] += `${line.slice(2)}\n`;
    }
  }
  return { headers, parts };
}

export interface ExpectedUnit {
  readonly description: string;
  readonly service: string;
  readonly image: string;
  readonly user: number;
  readonly group: number;
  /** Lines `NAME=value`. */
  readonly environment?: readonly string[];
  /** The service's own lines of [Container] that follow the mount of its files. */
  readonly container?: readonly string[];
  /** The service's own lines of [Service]. */
  readonly unit?: readonly string[];
}

/** All lines of the unit of a service on a host with sudo: what every service has, and its own. */
export function serviceUnit(expected: ExpectedUnit): string[] {
  const { description, service, image, user, group } = expected;
  return [
    "[Unit]",
    `Description=${description}`,
    "[Container]",
    `Image=${image}`,
    `ContainerName=podwatch-${service}`,
    "Network=podwatch.network",
    `User=${user}`,
    `Group=${group}`,
    "ReadOnly=true",
    "NoNewPrivileges=true",
    "DropCapability=all",
    ...(expected.environment ?? []).map((line) => `Environment=${line}`),
    `Volume=/var/lib/podwatch/services/${service}:/etc/podwatch:ro,z`,
    ...(expected.container ?? []),
    "[Service]",
    ...(expected.unit ?? []),
    ...START,
  ];
}

/** How every unit ends. */
const START = [
  "Restart=always",
  "RestartSec=2",
  "TimeoutStartSec=300",
  "[Install]",
  "WantedBy=multi-user.target",
];

/** The lines `Key=value` of a unit, without its header and comments. */
export function unitLines(text: string | undefined): string[] {
  return (text ?? "").split("\n").filter((line) => /^[A-Z[]/.test(line));
}

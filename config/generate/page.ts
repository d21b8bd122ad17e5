// docs/configuration.md: every setting with its type, default, meaning and an example.
import { SECTIONS } from "../../components/sections";
import { namespace } from "../namespace";
import type { Section } from "../section";
import { ALERTS_EXAMPLE } from "./alertsPage";
import { describeStack, type JsonSchema } from "./jsonSchema";

interface Described {
  /** The id of the schema. */
  readonly key: string;
  readonly title: string;
  readonly under: string;
}

const sections: readonly Described[] = [
  { key: "host", title: "One host", under: `${namespace}:host` },
  { key: "hostEntry", title: "Several hosts", under: `${namespace}:hosts` },
  { key: "hostGroup", title: "Group of hosts", under: `${namespace}:groups.NAME` },
  { key: "proxy", title: "Proxy", under: "under `proxy` in a host's entry" },
  { key: "policy", title: "Policy", under: `${namespace}:policy` },
  { key: "machines", title: "Machines", under: `${namespace}:machines` },
  { key: "openstack", title: "Machines in OpenStack", under: `${namespace}:machines.openstack` },
  { key: "machineNetwork", title: "Network of machines", under: "as `machines.openstack.network`" },
  {
    key: "machineVolume",
    title: "Volumes of machines",
    under: "as each entry of `machines.openstack.volumes`",
  },
  { key: "machineServer", title: "Single machines", under: "as each entry of `machines.openstack.servers`" },
  ...Object.entries(SECTIONS).flatMap(([name, { chapters }]) => chaptersOf(name, chapters)),
  { key: "basicAuth", title: "Basic auth", under: "as `basicAuth`" },
  { key: "oauth2", title: "OAuth 2", under: "as `oauth2`" },
  { key: "tls", title: "TLS", under: "as `tls`" },
  { key: "builtImage", title: "Image built on the host", under: "as `image` of a service" },
  { key: "quadlet", title: "Quadlet keys", under: "as `quadlet` of each service" },
];

function chaptersOf(name: string, chapters: Section["chapters"]): Described[] {
  return Object.entries(chapters).map(([key, { title, under }]) => ({
    key,
    title,
    under: under ?? `${namespace}:${name}`,
  }));
}

type Definitions = Readonly<Record<string, JsonSchema>>;

export function configurationPage(): string {
  const definitions = describeStack().definitions ?? {};
  return [introduction(), ...sections.map((section) => chapter(section, definitions))].join("\n");
}

function introduction(): string {
  return `<!-- Generated from the schemas of the settings by \`npm run docs:config\`; change the descriptions there. -->

# Configuration

A stack file, \`Pulumi.<stack>.yaml\`, contains only what differs from the defaults. A host is all it needs:

\`\`\`yaml
config:
  ${namespace}:host:
    address: 203.0.113.10
    user: ansible
    hostKey: ssh-ed25519 AAAA...
    agent: true
\`\`\`

Put \`# yaml-language-server: $schema=./podwatch.schema.json\` in its first line, and your editor completes and validates it.
The program validates it too, before anything is changed, and reports all mistakes together.

**Several hosts** are listed under \`${namespace}:hosts\`, each under its name (lower-case letters, digits and \`-\`). The sections of services apply to
all of them: ${Object.keys(SECTIONS)
    .map((name) => `\`${name}\``)
    .join(", ")}. The same sections inside a host's entry override
single settings for that host; lists are replaced as a whole:

\`\`\`yaml
config:
  ${namespace}:prometheus:
    scrapeInterval: 30s
  ${namespace}:hosts:
    mon1: { address: 203.0.113.10, agent: true, knownHostsFile: ~/.ssh/known_hosts }
    mon2:
      address: 203.0.113.11
      agent: true
      knownHostsFile: ~/.ssh/known_hosts
      prometheus: { scrapeInterval: 5s }
\`\`\`

**Groups** say which host has which services, and give settings to several hosts ([more](groups.md)); what is more specific wins: defaults, preset, stack,
groups in the order listed, host:

\`\`\`yaml
config:
  ${namespace}:groups:
    monitors: { prometheus: { retention: { time: 90d } } }
  ${namespace}:hosts:
    mon1: { groups: [monitors], address: 203.0.113.10, agent: true, knownHostsFile: ~/.ssh/known_hosts }
    dash1: { groups: [dashboards], address: 203.0.113.11, agent: true, knownHostsFile: ~/.ssh/known_hosts }
\`\`\`

**A preset,** \`${namespace}:preset\`, is a set of other defaults for a kind of machine, such as [\`raspberry-pi\`](raspberry-pi.md).

**Secrets** are refused in plain text. Store one with \`pulumi config set --secret --path '${namespace}:grafana.adminPassword'\`, which prompts for it and
stores it encrypted in the stack file. [Log-ins](log-ins.md) explains how services authenticate.

**Durations** are written as in Prometheus: numbers with the units \`y w d h m s ms\`, in this order, such as \`15d\` or \`1h30m\`.
**Sizes** are whole numbers with \`B KB MB GB TB PB EB\`, such as \`50GB\`. **Local paths** are relative to the project, absolute, or below \`~\`.

**Invisible characters** (control characters, bidirectional marks, lone surrogates) are refused in names and values. Keys and snippets may
have several lines. Files to be deployed are text in UTF-8; CRLF line ends become LF, and a byte order mark is removed.
`;
}

function chapter(section: (typeof sections)[number], definitions: Definitions): string {
  const schema = definitions[section.key];
  if (schema === undefined) throw new Error(`no definition of ${section.key}; give its schema this id`);
  const where = section.under.includes("`") ? section.under : `under \`${section.under}\``;
  const heading = `## ${section.title}\n\n${schema.description ?? ""} Written ${where}.`.trimEnd();
  if (section.key === "hostEntry")
    return `${heading} The settings of [one host](#one-host) without \`name\`, which is its key.\n`;
  const rows = settings(schema).map(({ path, schema, required }) => row(path, schema, required));
  const table = ["| setting | type | default | meaning | example |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
  return `${heading}\n\n${table}\n${notes[section.key] ?? ""}`;
}

const loginNote = `
Exactly one of \`hostKey\`, \`knownHostsFile\` and \`insecureIgnoreHostKey\`, and exactly one of \`privateKeyFile\`, \`privateKey\`, \`agent\` and \`password\`, has to be set.
`;

const alertsNote = `
Each alert takes \`enabled\` (\`false\` switches it off), \`severity\` (\`critical\`, \`warning\` or \`info\`), \`for\` (how long the condition has to last) and
thresholds of its own, as the editor's completion shows:

${ALERTS_EXAMPLE}`;

const keyNote = `
A \`certificate\` needs its private key, as \`key\` or \`keyFile\`, and vice versa.
`;

const notes: Readonly<Record<string, string>> = {
  host: loginNote,
  proxy: loginNote,
  tls: keyNote,
  alerts: alertsNote,
};

interface Row {
  path: string;
  schema: JsonSchema;
  required: boolean;
}

/** Groups with their own section are one row; others are one row per setting. */
function settings(schema: JsonSchema, prefix = ""): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const path = prefix + key;
    if (inner.properties !== undefined && !inner.secret && inner.page === undefined)
      return settings(inner, `${path}.`);
    return [{ path, schema: inner, required: schema.required?.includes(key) ?? false }];
  });
}

function row(path: string, schema: JsonSchema, required: boolean): string {
  const example = schema.examples?.[0];
  const cells = [
    `\`${path}\``,
    typeName(schema),
    defaultOf(schema, required),
    schema.description ?? "",
    example === undefined ? "" : code(example),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return "required";
  if (schema.defaultText !== undefined) return schema.defaultText;
  const value = schema.default;
  if (value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0))
    return "none";
  return code(value);
}

/** As one would write it in YAML. */
function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function typeName(schema: JsonSchema): string {
  if (schema.secret) return "secret";
  if (schema.kind !== undefined) return schema.kind;
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) return link(reference);
  if (schema.enum !== undefined) return schema.enum.map(code).join(" or ");
  if (schema.const !== undefined) return code(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map((inner) => typeName(inner)).join(" or ");
  if (schema.type === "array") return `list of ${typeName(schema.items ?? {})}`;
  if (schema.type === "object") return groupName(schema);
  return (
    { string: "text", integer: "number", number: "number", boolean: "true or false" }[String(schema.type)] ??
    "any"
  );
}

/** For a group with user-chosen names, also the schema of its values. */
function groupName({ additionalProperties: inner }: JsonSchema): string {
  if (typeof inner !== "object" || Object.keys(inner).length === 0) return "group";
  const of = typeName(inner);
  return ["any", "text", "value"].includes(of) ? "group" : `group of ${of} by name`;
}

function link(reference: string): string {
  const key = reference.slice(reference.lastIndexOf("/") + 1);
  const section = sections.find((candidate) => candidate.key === key);
  if (section === undefined) throw new Error(`no section for ${key}; add it to the list of sections`);
  return `[${section.title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}](#${section.title.toLowerCase().replaceAll(" ", "-")})`;
}

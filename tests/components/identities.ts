// What makes each resource the one that it is: a change of it replaces the resource on every host that is deployed already.
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { nameIn, type Recorded, Secret } from "./mocks";

/** One paragraph for each resource: its URN, and below it what it may be replaced for, and how. */
export function identitiesOf(
  requests: readonly RegisterResourceRequest[],
  resources: readonly Recorded[],
): string {
  const chains = new Map<string, string>();
  for (const { type, name } of resources.filter(({ type }) => type.startsWith("podwatch:"))) {
    if (chains.has(name))
      throw new Error(`two components are called ${name}: their children's URNs would be alike`);
    chains.set(name, type);
  }
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  /** As the engine makes it: the types of all that it stands in, outermost first. */
  const chainOf = (type: string, parent: string | undefined): string => {
    const above = parent === undefined ? undefined : chains.get(parent);
    return above === undefined ? type : `${chainOf(above, byName.get(parent as string)?.parent)}$${type}`;
  };
  return resources
    .map((resource, index) => {
      const urn = `${chainOf(resource.type, resource.parent)}::${resource.name}`;
      return `${[urn, ...traits(resource, requests[index] as RegisterResourceRequest)].join("\n  ")}\n`;
    })
    .join("\n");
}

function traits(resource: Recorded, request: RegisterResourceRequest): string[] {
  const { parent, inputs, dependsOn } = resource;
  const isCommand = resource.type.startsWith("command:");
  return Object.entries({
    parent,
    aliases: aliasesOf(request).join(", "),
    triggers: inputs.triggers === undefined ? "" : plain(inputs.triggers),
    inputs: isCommand || !request.getCustom() ? "" : plain(inputs),
    create: masked(inputs.create),
    stdin: isCommand ? inputOf(resource) : "",
    delete: masked(inputs.delete),
    after: dependsOn.join(", "),
    replaced: isCommand ? (resource.deleteBeforeReplace ? "removed first" : "made first") : "",
    "replace on changes of": request.getReplaceonchangesList().join(", "),
    "replaced with": request.getReplaceWithList().map(nameIn).join(", "),
    "deleted with": nameIn(request.getDeletedwith()),
    "ignored changes": request.getIgnorechangesList().join(", "),
    protected: request.getProtect() ? "yes" : "",
    retained: request.getRetainondelete() ? "yes" : "",
  })
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}: ${value}`);
}

/** What a URN of the state may be besides its own, part by part. */
function aliasesOf(request: RegisterResourceRequest): string[] {
  const specs = request.getAliasesList().map((alias) => {
    const spec = alias.getSpec();
    const parts = [spec?.getType(), spec?.getName(), nameIn(spec?.getParenturn() ?? ""), alias.getUrn()];
    return parts.filter(Boolean).join(" ");
  });
  return [...specs, ...request.getAliasurnsList()];
}

function plain(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (inner instanceof Secret ? "[secret]" : inner));
}

/** Digests follow the contents, which the bundles show, and the machine is the one that runs the test. */
function masked(command: unknown): string {
  if (command instanceof Secret) return "[secret]";
  return String(command ?? "")
    .replace(/ # bundle [0-9a-f]{16}$/, " # bundle DIGEST")
    .replaceAll(/ in "" \| [0-9a-f]{64}\*/g, ' in "" | DIGEST*');
}

/** What a command reads; bundles are kept beside the list. */
function inputOf({ name, inputs: { stdin } }: Recorded): string {
  if (stdin === undefined || stdin === "") return "";
  if (stdin instanceof Secret) return "a secret";
  if (isBundle(stdin)) return `${name}.bundle`;
  return "a text";
}

export function isBundle(stdin: unknown): stdin is string {
  return typeof stdin === "string" && stdin.startsWith("podwatch-bundle ");
}

const MEANING = `Read this before you run \`npm run golden\`. On hosts that are deployed already,
- another or a missing URN removes what the resource stands for and makes it anew, the containers are gone in between, and with
  \`data: delete\` their data for good; a rename carries an alias, and \`make takeover\` proves that it does;
- other triggers do the same; all triggers of a host follow the id of its runner, so that replacing that one replaces all;
- a changed "removed first" lets the old one's delete command undo what the new one has made;
- a changed delete command is what a state of the version before does not have: it still calls the old one.`;

/** What differs from what is kept, with what that would do; nothing where all is as it was. */
export function differences(before: string, after: string): string {
  const [old, now] = [paragraphs(before), paragraphs(after)];
  const found = [...new Set([...old.keys(), ...now.keys()])].flatMap((urn) => {
    const [was, is] = [old.get(urn), now.get(urn)];
    if (was === undefined) return [`new: ${urn}`];
    if (is === undefined) return [`gone: ${urn}`];
    const [lost, gained] = [
      was.filter((line) => !is.includes(line)),
      is.filter((line) => !was.includes(line)),
    ];
    if (lost.length + gained.length === 0) return [];
    return [`changed: ${urn}`, ...lost.map((line) => `  - ${line}`), ...gained.map((line) => `  + ${line}`)];
  });
  return found.length === 0 ? "" : [...found, "", MEANING].join("\n");
}

function paragraphs(text: string): Map<string, string[]> {
  return new Map(
    text
      .split("\n\n")
      .filter((paragraph) => paragraph.trim() !== "")
      .map((paragraph) => {
        const [urn = "", ...lines] = paragraph.trim().split("\n  ");
        return [urn, lines];
      }),
  );
}

// The resources of a stack, as `pulumi stack export --show-secrets` prints them.

type Values = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly delete?: boolean;
  readonly dependencies?: readonly string[];
  readonly inputs?: Values;
  readonly outputs?: Values;
}

const REMOTE_COMMAND = "command:remote:Command";
export const LOCAL_COMMAND = "command:local:Command";

/** Those that are not about to be deleted, with their secrets in plain text. */
export function readResources(text: string): Resource[] {
  const exported = JSON.parse(text) as { deployment?: { resources?: Resource[] } };
  return (exported.deployment?.resources ?? []).filter((resource) => !resource.delete).map(revealed);
}

/** Whether it ran something on a host. One that creates nothing only guards removals. */
export function isCommand({ type, inputs }: Resource): boolean {
  return (type === REMOTE_COMMAND || type === LOCAL_COMMAND) && inputs?.create !== undefined;
}

export function field<T>({ urn, inputs }: Resource, key: string): T {
  const value = inputs?.[key];
  if (value === undefined) {
    throw new Error(`the state has no ${key} of ${nameOf(urn)}: run pulumi up`);
  }
  return value as T;
}

export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function revealed(resource: Resource): Resource {
  return {
    ...resource,
    inputs: reveal(resource.inputs ?? {}) as Values,
    outputs: reveal(resource.outputs ?? {}) as Values,
  };
}

/** How the export marks a secret; its `plaintext` is JSON. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

function reveal(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reveal);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const { [SIGNATURE]: signature, plaintext } = value as Values;
  if (signature !== undefined && typeof plaintext === "string") {
    return reveal(JSON.parse(plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

// What Podwatch would deploy, written out so that the others deploy the very same.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** One service's part of what is deployed: headers, and texts by path (`unit/`, `files/`, `hooks/`). */
export interface Service {
  readonly image: string | undefined;
  /** Numeric user and group that it runs as. */
  readonly user: string | undefined;
  readonly parts: Readonly<Record<string, string>>;
}

/** Services by name, by host. */
export type Deployment = Readonly<Record<string, Readonly<Record<string, Service>>>>;

/** Reads the bundles out of an exported Pulumi state. */
export function deploymentOf(exportedState: string, hosts: readonly string[]): Deployment {
  const { deployment } = JSON.parse(exportedState) as {
    deployment: { resources: Array<{ urn: string; inputs?: { stdin?: unknown } }> };
  };
  const found: Record<string, Record<string, Service>> = {};
  for (const { urn, inputs } of deployment.resources) {
    const bundle = inputs?.stdin;
    const resource = urn.split("::").at(-1) ?? "";
    const host = hosts.find((name) => resource.startsWith(`podwatch-${name}-`));
    if (host === undefined || typeof bundle !== "string" || !bundle.startsWith("podwatch-bundle ")) continue;
    const { name, ...service } = parse(bundle);
    found[host] = { ...found[host], [name]: service };
  }
  for (const host of hosts) {
    if (Object.keys(found[host] ?? {}).length !== 4) {
      throw new Error(
        `the state holds ${Object.keys(found[host] ?? {})} for ${host}, expected four services`,
      );
    }
  }
  return found;
}

function parse(bundle: string): Service & { name: string } {
  const [head = "", ...rest] = bundle.split(/^part /m);
  const header = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(head)?.[1];
  const parts = rest.map((part) => {
    const [path = "", ...lines] = part.split("\n");
    // What is not indented is no part's: the bundle's own last line.
    const text = lines.filter((line) => line.startsWith("  ")).map((line) => `${line.slice(2)}\n`);
    return [path, text.join("")];
  });
  return {
    name: header("service") ?? "",
    image: header("image"),
    user: header("user"),
    parts: Object.fromEntries(parts),
  };
}

/** Something of each service, by its name. */
export function ofEachService(
  services: Readonly<Record<string, Service>>,
  pick: (service: Service) => string | undefined,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(services).map(([name, service]) => [name, pick(service)]));
}

/** Writes a deployment as `<directory>/<host>/<service>/<part>`. */
export async function writeDeployment(deployment: Deployment, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const [host, services] of Object.entries(deployment)) {
    for (const [name, { parts }] of Object.entries(services)) {
      for (const [path, text] of Object.entries(parts)) {
        const file = join(directory, host, name, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    }
  }
}

/** Writes one host's deployment as it lies on the host, below `directory`. */
export async function writeRoot(services: Readonly<Record<string, Service>>, directory: string) {
  await rm(directory, { recursive: true, force: true });
  for (const [name, { parts }] of Object.entries(services)) {
    for (const [path, text] of Object.entries(parts)) {
      const place = path.startsWith("unit/")
        ? path.replace(/^unit/, "etc/containers/systemd")
        : `var/lib/podwatch/services/${name}/current/${path}`;
      const file = join(directory, place);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}

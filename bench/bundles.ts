// What Podwatch would deploy, written out so that the others deploy the very same.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** One service's part of what is deployed: headers, and texts by path (`unit/`, `files/`, `hooks/`). */
export interface Service {
  /** What follows the headers' names, such as `image` or `user`. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly parts: Readonly<Record<string, string>>;
}

/** Services by name, by host. */
export type Deployment = Readonly<Record<string, Readonly<Record<string, Service>>>>;

/** Reads the bundles, so many for each host, out of an exported Pulumi state. */
export function deploymentOf(exportedState: string, hosts: readonly string[], services: number): Deployment {
  const { deployment } = JSON.parse(exportedState) as {
    deployment: { resources: Array<{ urn: string; inputs?: { stdin?: unknown } }> };
  };
  const found: Record<string, Record<string, Service>> = {};
  for (const { urn, inputs } of deployment.resources) {
    const bundle = inputs?.stdin;
    const resource = urn.split("::").at(-1) ?? "";
    const host = hosts.find((name) => resource.startsWith(`podwatch-${name}-`));
    if (host === undefined || typeof bundle !== "string" || !bundle.startsWith("podwatch-bundle ")) continue;
    const service = parse(bundle);
    const [name = ""] = service.headers.service ?? [];
    found[host] = { ...found[host], [name]: service };
  }
  for (const host of hosts) {
    const names = Object.keys(found[host] ?? {});
    if (names.length !== services) {
      throw new Error(`the state holds ${names} for ${host}, expected ${services} services`);
    }
  }
  return found;
}

function parse(bundle: string): Service {
  const [head = "", ...rest] = bundle.split(/^part /m);
  const headers: Record<string, string[]> = {};
  for (const [, name = "", value = ""] of head.matchAll(/^(\S+) (.*)$/gm)) {
    headers[name] = [...(headers[name] ?? []), value];
  }
  const parts = rest.map((part) => {
    const [path = "", ...lines] = part.split("\n");
    // What is not indented is no part's: the bundle's own last line.
    const text = lines.filter((line) => line.startsWith("  ")).map((line) => `${line.slice(2)}\n`);
    return [path, text.join("")];
  });
  return { headers, parts: Object.fromEntries(parts) };
}

/** A header of each service, the first of its name, by the service's name. */
export function ofEachService(
  services: Readonly<Record<string, Service>>,
  header: string,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(services).map(([name, { headers }]) => [name, headers[header]?.[0]]),
  );
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

/** Writes one host's deployment as it lies on the host, below `directory`, with its units in a directory of systemd's. */
export async function writeRoot(
  services: Readonly<Record<string, Service>>,
  directory: string,
  units: string,
) {
  await rm(directory, { recursive: true, force: true });
  for (const [name, { parts }] of Object.entries(services)) {
    for (const [path, text] of Object.entries(parts)) {
      const place = path.startsWith("unit/")
        ? path.replace(/^unit/, units)
        : `var/lib/podwatch/services/${name}/current/${path}`;
      const file = join(directory, place);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}

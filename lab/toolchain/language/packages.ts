// What a program's node_modules says of the plugins it needs.
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PluginPackage {
  name: string;
  version: string;
  server?: string;
}

interface Manifest {
  name?: string;
  version?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/** Every package that stands for a Pulumi plugin, wherever in node_modules it lies; each version once. */
export function pluginPackages(directory: string): PluginPackage[] {
  const found = new Map<string, PluginPackage>();
  const modules = nearest(directory, "node_modules");
  if (modules) visit(modules, found);
  return [...found.values()];
}

function visit(modules: string, found: Map<string, PluginPackage>): void {
  for (const directory of packagesIn(modules)) {
    const manifest = readManifest(directory);
    const { pulumi } = manifest ?? {};
    if (manifest && pulumi?.resource) {
      const name = pulumi.name ?? (manifest.name ?? "").replace(/^@pulumi\//, "");
      const version = (pulumi.version ?? manifest.version ?? "").replace(/^v/, "");
      found.set(`${name}@${version}`, { name, version, ...(pulumi.server && { server: pulumi.server }) });
    }
    visit(join(directory, "node_modules"), found);
  }
}

function packagesIn(modules: string): string[] {
  return list(modules).flatMap(({ name }) => {
    if (name.startsWith(".")) return [];
    const path = join(modules, name);
    return name.startsWith("@") ? list(path).map((entry) => join(path, entry.name)) : [path];
  });
}

function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).filter((entry) => !entry.isFile());
  } catch {
    return [];
  }
}

function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

function nearest(start: string, name: string): string | undefined {
  for (let directory = start; ; directory = dirname(directory)) {
    if (list(join(directory, name)).length > 0) return join(directory, name);
    if (dirname(directory) === directory) return undefined;
  }
}

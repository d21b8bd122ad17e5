import type { Scope } from "../lib/scope";
import { hostPath, type Service, unitName } from "../lib/service";
import { type NativeService, nativeUnits, type Program } from "./native";
import { containerUnit, NETWORK_NAME } from "./podman/quadlet";

/**
 * A bundle is everything that the runner on a host needs to apply a service, as plain text without secrets:
 * header lines `key value`, then parts, each a line `part <path>` followed by the part's lines, indented by two
 * spaces, and at last the line `end`, without which it is incomplete. `pulumi preview --diff`
 * compares it line by line.
 */
export type Bundle = string;

/** What a service's bundle depends on besides the service: the host that it is for. */
export interface Ground {
  readonly scope: Scope;
  /** The images that the host builds, by reference. */
  readonly builds?: Readonly<Record<string, ImageBuild>>;
}

/** How a host builds an image; everything is text. */
export interface ImageBuild {
  readonly containerfile: string;
  /** The context, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, string>>;
  /** Its base images: pulled before, and kept as long as this one. */
  readonly bases: readonly string[];
}

/** The bundle of a service that runs as a container. */
export function serviceBundle(service: Service, { scope, builds = {} }: Ground): Bundle {
  const build = builds[service.image];
  const headers: Array<[string, string]> = [
    ["podwatch-bundle", "1"],
    ["service", service.name],
    ["image", service.image],
    ...(build?.bases ?? []).map((base): [string, string] => ["base-image", base]),
    ...sorted(build?.args ?? {}).map(([name, value]): [string, string] => ["build-arg", `${name}=${value}`]),
    ["user", `${service.user.uid}:${service.user.gid}`],
    ["ready-within", String(service.readyWithin)],
    ...(service.hooks.inside === undefined
      ? []
      : [["hooks-in", unitName(service.hooks.inside)] satisfies [string, string]]),
    ...(service.secrets ?? []).map((secret): [string, string] => ["secret", unitName(secret)]),
    ...(service.hostDirectories ?? []).map((path): [string, string] => ["host-directory", hostPath(path)]),
  ];
  if (service.data) {
    headers.push(["data", service.data.keep ? "keep" : "delete"]);
  }
  const parts: Array<[string, string]> = [
    [`unit/${unitName(service.name)}.container`, containerUnit(service, scope)],
    ...Object.entries(service.hooks)
      .filter((hook): hook is [string, string] => hook[0] !== "inside" && hook[1] !== undefined)
      .map(([name, script]): [string, string] => [`hooks/${name}`, script]),
    ...Object.entries(service.files).map(([path, text]): [string, string] => [`files/${path}`, text]),
    ...(build === undefined ? [] : buildParts(build)),
  ];
  return write(headers, parts);
}

function buildParts({ containerfile, files }: ImageBuild): Array<[string, string]> {
  return [
    ["image/Containerfile", containerfile],
    ...Object.entries(files).map(([name, text]): [string, string] => [`image/context/${name}`, text]),
  ];
}

/** The bundle of a native service. */
export function nativeBundle(service: NativeService, scope: Scope): Bundle {
  const { port } = service;
  const headers: Array<[string, string]> = [
    ["podwatch-bundle", "1"],
    ["service", service.name],
    ...programHeaders(service.program),
    ...(scope === "rootful" ? [["account", service.account] as [string, string]] : []),
    ["ready-within", String(service.readyWithin)],
    ...service.directories.map((path): [string, string] => ["host-directory", path]),
    ...(port ? [["listen", `${port.bind ?? "any"} ${port.port}`] as [string, string]] : []),
  ];
  const units = Object.entries(nativeUnits(service, scope));
  return write(headers, [
    ...units.map(([name, text]): [string, string] => [`unit/${name}`, text]),
    ["hooks/ready", service.hooks.ready],
  ]);
}

function programHeaders(program: Program): Array<[string, string]> {
  if ("path" in program) return [["installed", `${program.path} ${program.package}`]];
  return [
    ["program", `${program.name} ${program.file}`],
    ...program.archives.map(({ machine, sha256, member, url }): [string, string] => [
      "download",
      `${machine} ${sha256} ${member} ${url}`,
    ]),
  ];
}

/** The bundle of the network that the services of a host share. */
export function networkBundle(unit: string): Bundle {
  return write(
    [
      ["podwatch-bundle", "1"],
      ["service", "network"],
    ],
    [[`unit/${NETWORK_NAME}.network`, unit]],
  );
}

function write(headers: ReadonlyArray<[string, string]>, parts: ReadonlyArray<[string, string]>): Bundle {
  const head = headers.map(([key, value]) => `${key} ${singleLine(value)}\n`);
  const body = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => part(path, text));
  return `${head.join("")}${body.join("")}end\n`;
}

function part(path: string, text: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(path)) {
    throw new Error(`a bundle cannot hold the path ${JSON.stringify(path)}`);
  }
  if (text.includes("\0") || text.includes("\r")) {
    throw new Error(`${path}: a bundle holds plain text without NUL and carriage return characters`);
  }
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  return `part ${path}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function sorted(record: Readonly<Record<string, string>>): Array<[string, string]> {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function singleLine(text: string): string {
  if (/[\n\r\0]/.test(text)) {
    throw new Error(`a bundle's header cannot hold the line break in ${JSON.stringify(text)}`);
  }
  return text;
}

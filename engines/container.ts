import { hostPath, type Service, unitName } from "../lib/service";
import { sorted } from "../lib/sorted";
import { addedHeaders, checkWithArguments } from "./additions";
import { type Bundle, type Header, type Part, writeBundle } from "./bundle";
import type { ImageBuild } from "./engine";

/** How an engine runs a container. */
export interface ContainerRun {
  /** The unit's file name. */
  readonly unit: string;
  readonly text: string;
  /** The headers of every bundle of the engine. */
  readonly headers?: readonly Header[];
  /** What the host builds the image from, if it does. */
  readonly build: ImageBuild | undefined;
}

/** The bundle of a service that runs as a container. */
export function containerBundle(
  service: Service,
  { unit, text, headers: first = [], build }: ContainerRun,
): Bundle {
  const headers: Header[] = [
    ...first,
    ...imageHeaders(service.image, build),
    ["user", `${service.user.uid}:${service.user.gid}`],
    ["ready-within", String(service.readyWithin)],
    ...(service.hooks.inside === undefined
      ? []
      : [["hooks-in", unitName(service.hooks.inside)] satisfies Header]),
    ...(service.secrets ?? []).map((secret): Header => ["secret", unitName(secret)]),
    ...(service.reloadedSecrets ?? []).map((secret): Header => ["reloaded-secret", unitName(secret)]),
    ...(service.hostDirectories ?? []).map((path): Header => ["host-directory", hostPath(path)]),
    ...(service.reaches ?? []).map(({ address, port }): Header => ["reach", `${address} ${port}`]),
    ...addedHeaders(service),
  ];
  if (service.data) {
    headers.push(["data", service.data.keep ? "keep" : "delete"]);
    const { import: before } = service.data;
    if (before !== undefined) {
      headers.push(["import", `${before.directory} ${before.lock}`], ["advice", `import ${before.advice}`]);
    }
  }
  const parts: Part[] = [
    [`unit/${unit}`, text],
    ...Object.entries({ ...service.hooks, check: checkWithArguments(service) })
      .filter((hook): hook is [string, string] => hook[0] !== "inside" && hook[1] !== undefined)
      .map(([name, script]): Part => [`hooks/${name}`, script]),
    ...Object.entries(service.files).map(([path, text]): Part => [`files/${path}`, text]),
    ...buildParts(build),
  ];
  return writeBundle(service.name, headers, parts);
}

/** The image, and what it is built from if the host builds it. */
export function imageHeaders(image: string, build: ImageBuild | undefined): Header[] {
  return [
    ["image", image],
    ...(build?.bases ?? []).map((base): Header => ["base-image", base]),
    ...sorted(build?.args ?? {}).map(([name, value]): Header => ["build-arg", `${name}=${value}`]),
  ];
}

/** The files that an image is built from, if the host builds it. */
export function buildParts(build: ImageBuild | undefined): Part[] {
  if (build === undefined) return [];
  return [
    ["image/Containerfile", build.containerfile],
    ...Object.entries(build.files).map(([name, text]): Part => [`image/context/${name}`, text]),
  ];
}

// Native configuration that has no setting: taken verbatim, its secrets apart from it.
import type { Path } from "../config/problem";
import { plainSecrets } from "../config/resolve/plainSecrets";
import { fileInstead } from "../config/secretWords";
import { isGroup, isTree, type Tree, valueAt } from "../config/walk";
import type { Spot, Taker } from "./spot";

/** A service with `secrets` that native configuration reads from files. */
export type SecretOwner = "prometheus" | "alertmanager";

/** Puts a key below `extra`, as it is. */
export const extra =
  (service: SecretOwner, ...below: Path): Taker =>
  (here) => {
    // A secret has another key, that of its file.
    for (const [key, value] of Object.entries(apart(here, service)))
      here.put(["extra", ...below, key], value);
  };

/**
 * A part of a configuration for `extra`: each secret is one of the service's, which it reads from a file.
 *
 * @param addresses keys of secret addresses, whatever they look like
 */
export function native(here: Spot, service: SecretOwner, addresses: readonly string[] = []): unknown {
  return apart(here, service, addresses)[here.key];
}

function apart(here: Spot, service: SecretOwner, addresses: readonly string[] = []): Tree {
  const holder: Tree = { [here.key]: structuredClone(here.value) };
  for (const key of addresses.filter((one) => here.has(one)))
    moveSecret(here, holder, [here.key, key], service, `${key}_file`);
  for (const { path } of plainSecrets(holder)) moveSecret(here, holder, path, service);
  for (const path of fileKeys(holder)) moveFile(here, holder, path, service);
  return holder;
}

function moveSecret(
  here: Spot,
  holder: Tree,
  path: Path,
  service: SecretOwner,
  file = fileInstead(String(path.at(-1)), discoveryOf(path)),
): void {
  const key = String(path.at(-1));
  const around = valueAt(holder, path.slice(0, -1)) as Tree;
  const value = around[key];
  const spot = here.at(...path.slice(1));
  delete around[key];
  if (file === undefined || typeof value !== "string") {
    spot.leave(
      "is a secret that the program cannot read from a file, and anybody on the host could read",
      "leave it out, or use a way to log in whose secret can be a file",
    );
    return;
  }
  const path_ = keep(spot, service, [here.key, ...path.slice(1)], value);
  around[file] = file === "files" ? [path_] : path_;
}

function moveFile(here: Spot, holder: Tree, path: Path, service: SecretOwner): void {
  const around = valueAt(holder, path.slice(0, -1)) as Tree;
  const key = String(path.at(-1));
  const given = String(around[key]);
  if (given.startsWith("/run/secrets/")) return;
  const spot = here.at(...path.slice(1));
  around[key] = keep(spot, service, path, spot.files.read(given)?.replace(/\n$/, ""));
}

/** The path in the container of a secret that is now one of the service's. */
function keep(spot: Spot, service: SecretOwner, path: Path, value: string | undefined): string {
  const words = [ownerOf(spot), ...path].map(String).filter((part) => !/^\d*$/.test(part));
  const name = unique(
    spot,
    service,
    words
      .join("-")
      .replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(-60),
  );
  spot.top(spot.from, []).secret([service, "secrets", name], value);
  return `/run/secrets/${service}.${name}`;
}

/** The name of the job, endpoint or receiver. */
function ownerOf({ draft, to }: Spot): string {
  const owner = valueAt(draft.settings, to.slice(0, 3));
  return String((isGroup(owner) ? owner.name : undefined) ?? to[2] ?? "");
}

function unique(spot: Spot, service: string, name: string): string {
  const taken = spot.draft.secrets.filter(({ path }) => path[0] === service && path[1] === "secrets");
  for (let number = 1; ; number += 1) {
    const one = number === 1 ? name : `${name}-${number}`;
    if (!taken.some(({ path }) => path[2] === one)) return one;
  }
}

/** Keys that name files of the container's: passwords, certificates. */
function fileKeys(value: unknown, path: Path = []): Path[] {
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return /_file$/.test(key) && typeof inner === "string" && inner !== "" ? [here] : fileKeys(inner, here);
  });
}

/** The kind of service discovery whose own key it is; authentication below it is the same for all. */
function discoveryOf(path: Path): string | undefined {
  const [, kind] = /^(.+)_sd_configs$/.exec(String(path.at(-3))) ?? [];
  return kind;
}

// What users add to a container: the entries of its unit, and what the check of its files has to see as well.
import { ownFile } from "../../lib/additions";
import { type Service, unitName } from "../../lib/service";
import { quote } from "../../lib/shell";
import type { Header } from "../bundle";
import { limitEntries } from "../systemd/limits";
import { type Entry, quoteWord } from "../systemd/unit";

/** How many processes podman lets a container have, unless it is told. */
const PODMAN_PIDS = 2048;

/** Entries at the end of the section `[Container]`, where they override the others. */
export function addedEntries({ name, added }: Service, stateDirectory: string): Entry[] {
  if (added === undefined) return [];
  const { openFiles, pids = 0 } = added.resources;
  return [
    ...sorted(added.environment).map(
      ([variable, value]) => ["Environment", quoteWord(`${variable}=${value}`)] as const,
    ),
    ...sorted(added.secretEnvironment).map(
      ([variable, secret]) => ["Secret", `${unitName(name)}.${secret},type=env,target=${variable}`] as const,
    ),
    ...sorted(added.files).map(
      ([path, content]) =>
        [
          "Volume",
          `${stateDirectory}/services/${name}/current/files/${ownFile(content)}:${path}:ro,z`,
        ] as const,
    ),
    ...added.volumes.map((volume) => ["Volume", volume] as const),
    // Quadlet has a key for this only since podman 4.7.
    ...(openFiles === undefined
      ? []
      : [["PodmanArgs", `--ulimit=nofile=${openFiles}:${openFiles}`] as const]),
    // podman's own limit stands below that of the unit.
    ...(pids > PODMAN_PIDS ? [["PodmanArgs", `--pids-limit=${pids}`] as const] : []),
  ];
}

/** Entries at the end of the section `[Service]`. */
export function addedLimits({ added }: Service): Entry[] {
  return added === undefined ? [] : limitEntries(added.resources);
}

/** The service's arguments, the user's last. */
export function allArguments({ args, added }: Service): readonly string[] | undefined {
  return added?.arguments.length ? [...(args ?? []), ...added.arguments] : args;
}

/**
 * What the check of the files has to see: `own-file <path among the files> <path in the container>`, and
 * `own-volume <volume>`, whose path on the host has to be there.
 */
export function addedHeaders({ added }: Service): Header[] {
  if (added === undefined) return [];
  return [
    ...sorted(added.files).map(([path, content]): Header => ["own-file", `${ownFile(content)} ${path}`]),
    ...added.volumes.map((volume): Header => ["own-volume", volume]),
  ];
}

/** The check of the files, and before it the program's own of its arguments, if the user adds any. */
export function checkWithArguments(service: Service): string | undefined {
  const { trial, added, hooks } = service;
  if (trial === undefined || !added?.arguments.length) return hooks.check;
  const [program, flag] = trial;
  const words = [program, ...(allArguments(service) ?? []).filter((word) => word !== program), flag];
  return `${words.map(quote).join(" ")} >/dev/null || exit\n${hooks.check ?? ""}`;
}

function sorted(record: Readonly<Record<string, string>>): Array<[string, string]> {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

// What users add to a container: the entries of its unit.
import { ownFile } from "../../lib/additions";
import { type Service, unitName } from "../../lib/service";
import { sorted } from "../../lib/sorted";
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

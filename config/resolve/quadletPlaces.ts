// The user's own volumes and mounts: refuses those that would hide, or be hidden by, a path of Podwatch in the container.
import { posix } from "node:path";
import type { QuadletSection } from "../schema/quadlet";

/** Paths in the containers, with their use and the fix. */
const PLACES: Readonly<Record<string, string>> = {
  "/etc/podwatch":
    "which Podwatch replaces as a whole at each change; mount it elsewhere, such as below /etc/own, or use the setting for such files",
  "/run/secrets": "where the secrets are; mount it elsewhere, or write it under secrets of the service",
  "/prometheus": "where the samples are; mount it elsewhere, or write retention and data of prometheus",
  "/alertmanager": "where Alertmanager keeps its data; mount it elsewhere",
  "/var/lib/grafana": "where Grafana keeps its data; mount it elsewhere, or at a folder below",
};

/** Data directories may have further mounts below them; Podwatch's own may not. */
const OPEN_BELOW = ["/prometheus", "/alertmanager", "/var/lib/grafana"];

/** @param key in lower case */
export function placeProblem(section: QuadletSection, key: string, value: string): string | undefined {
  const destination = section === "Container" ? destinationOf(key, value) : undefined;
  return destination === undefined ? undefined : insideProblem(destination);
}

/** @param destination a path in the container */
export function insideProblem(destination: string): string | undefined {
  const path = posix.join("/", destination).replace(/(?<=.)\/$/, "");
  const within = path === "/" ? "/" : `${path}/`;
  const found = Object.keys(PLACES).find(
    (place) =>
      place === path ||
      place.startsWith(within) ||
      (path.startsWith(`${place}/`) && !OPEN_BELOW.includes(place)),
  );
  if (found === undefined) return undefined;
  const where = path === found ? "lies at" : path.startsWith(`${found}/`) ? "lies below" : "hides";
  return `${where} ${found}, ${PLACES[found]}`;
}

function destinationOf(key: string, value: string): string | undefined {
  const text = value.replace(/^(["'])(.*)\1$/s, "$2");
  if (key === "volume") {
    const [source = "", inside] = text.split(":");
    return inside ?? source;
  }
  if (key === "tmpfs") return text.split(":")[0];
  if (key !== "mount") return undefined;
  return text
    .split(",")
    .map((part) => /^\s*(?:dst|dest|destination|target)=(.*)$/.exec(part)?.[1])
    .find((found) => found !== undefined);
}

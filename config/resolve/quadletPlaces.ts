// Volumes and mounts of the user's own: what would hide, or be hidden by, a place of Podwatch's in the container is refused.
import { posix } from "node:path";
import type { QuadletSection } from "../schema/quadlet";

/** Places in the containers, with what is there and the way out. */
const PLACES: Readonly<Record<string, string>> = {
  "/etc/podwatch":
    "which Podwatch replaces as a whole at each change; mount it elsewhere, such as below /etc/own, or use the setting for such files",
  "/run/secrets": "where the secrets are; mount it elsewhere, or write it under secrets of the service",
  "/prometheus": "where the samples are; mount it elsewhere, or write retention and data of prometheus",
  "/alertmanager": "where Alertmanager keeps its data; mount it elsewhere",
  "/var/lib/grafana": "where Grafana keeps its data; mount it elsewhere, or at a folder below",
};

/** Data may have further mounts below it; what Podwatch ships may not. */
const OPEN_BELOW = ["/prometheus", "/alertmanager", "/var/lib/grafana"];

/** @param key in small letters */
export function placeComplaint(section: QuadletSection, key: string, value: string): string | undefined {
  const destination = section === "Container" ? destinationOf(key, value) : undefined;
  if (destination === undefined) return undefined;
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

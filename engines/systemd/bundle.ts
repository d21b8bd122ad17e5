import type { NativeService, Program } from "../../lib/nativeService";
import type { Scope } from "../../lib/scope";
import { type Bundle, type Header, type Part, writeBundle } from "../bundle";
import { nativeUnits } from "./native";

/** The bundle of a native service. */
export function nativeBundle(service: NativeService, scope: Scope): Bundle {
  const { port } = service;
  const headers: Header[] = [
    ...programHeaders(service.program),
    ...(scope === "rootful" ? [["account", service.account] satisfies Header] : []),
    ["ready-within", String(service.readyWithin)],
    ...service.directories.map((path): Header => ["host-directory", path]),
    ...(port ? [["listen", `${port.bind ?? "any"} ${port.port}`] satisfies Header] : []),
  ];
  const units = Object.entries(nativeUnits(service, scope));
  return writeBundle(service.name, headers, [
    ...units.map(([name, text]): Part => [`unit/${name}`, text]),
    ["hooks/ready", service.hooks.ready],
  ]);
}

function programHeaders(program: Program): Header[] {
  if ("path" in program) return [["installed", `${program.path} ${program.package}`]];
  return [
    ["program", `${program.name} ${program.file}`],
    ...program.archives.map(
      ({ machine, sha256, member, url }): Header => ["download", `${machine} ${sha256} ${member} ${url}`],
    ),
  ];
}

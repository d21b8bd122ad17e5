// Checks over several of the blackbox exporter's settings: each target fits its module. Modules are checked by the exporter itself.
import { isIP } from "node:net";
import type { z } from "zod";
import { type Path, quote, type Report } from "../problem";
import {
  type BlackboxExporterSettings,
  type blackboxExporter,
  builtInModules,
  type ProbeTarget,
} from "../schema/blackboxExporter";
import { isAddress, targetHost, urlOf } from "../schema/words";
import type { Locate } from "./locate";
import { plainSecrets } from "./plainSecrets";
import { shorter } from "./prometheus";
import { checkQuadlet } from "./quadlet";

/** Labels that tell the targets apart. */
const ownLabels = ["instance", "job", "module", "target"];

export function resolveBlackboxExporter(
  given: z.output<typeof blackboxExporter>,
  scrapeTimeout: string,
  locate: Locate,
  report: Report,
): BlackboxExporterSettings {
  const modules = { ...builtInModules, ...given.modules };
  for (const [name, module] of Object.entries(given.modules)) {
    for (const inner of plainSecrets(module)) {
      report(
        locate(["modules", name, ...inner]),
        "is a secret, which anybody could read in previews and on the host; probe this target without it",
      );
    }
  }
  const names = given.targets.map(({ name }) => name);
  given.targets.forEach((target, index) => {
    const path = locate(["targets", index]);
    if (names.indexOf(target.name) < index) {
      report(
        [...path, "name"],
        `${quote(target.name)} is already the name of another target; write another name`,
      );
    }
    const module = Object.hasOwn(modules, target.module)
      ? (modules as Record<string, Record<string, unknown>>)[target.module]
      : undefined;
    if (module === undefined) {
      report(
        [...path, "module"],
        `${quote(target.module)} is not a module; write ${Object.keys(modules).join(", ")}, or add it to blackboxExporter.modules`,
      );
    } else {
      checkTarget(target, module, path, report);
    }
    for (const label of ownLabels.filter((label) => Object.hasOwn(target.labels, label))) {
      report(
        [...path, "labels", label],
        "is a label that every target has from its name, module and target; write another name",
      );
    }
  });
  checkQuadlet(given.quadlet, locate, report);
  const targets = given.targets.map((target) =>
    target.interval === undefined ? target : { ...target, timeout: shorter(scrapeTimeout, target.interval) },
  );
  return { ...given, targets, modules, enabled: given.enabled ?? given.targets.length > 0 };
}

function checkTarget(
  { target }: ProbeTarget,
  module: Record<string, unknown>,
  path: Path,
  report: Report,
): void {
  const complaint = complaints[String(module.prober)]?.(target);
  if (complaint !== undefined) report([...path, "target"], `${quote(target)} ${complaint}`);
}

/** What is wrong with a target, by the module's prober. */
const complaints: Readonly<Record<string, (target: string) => string | undefined>> = {
  http: (target) => {
    if (!/^https?:\/\//.test(target) || urlOf(target) === undefined) {
      return "is not a URL; write one that begins with http:// or https://";
    }
    return new URL(target).username === "" && new URL(target).password === ""
      ? undefined
      : "holds a user or password, which anybody could read in previews and on the host; remove it";
  },
  tcp: (target) =>
    targetHost(target) === undefined
      ? "is not host:port; write one such as mail.my-company.net:993"
      : undefined,
  icmp: (target) =>
    isAddress(target)
      ? undefined
      : "is not an address; write an IPv4 or IPv6 address or a DNS name, without a port",
  dns: (target) =>
    isIP(target) !== 0 || isAddress(target) || targetHost(target) !== undefined
      ? undefined
      : "is not a DNS server; write an address or host:port, such as 10.1.2.3:53",
};

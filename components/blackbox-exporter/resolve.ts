// Checks that each target fits its module. The exporter itself validates modules.
import { isIP } from "node:net";
import type { z } from "zod";
import type { Context } from "../../config/context";
import { type Path, quote, type Report } from "../../config/problem";
import { checkOverruled, resolveAuth } from "../../config/resolve/auth";
import { type NativeConfiguration, refuseSecrets } from "../../config/resolve/plainSecrets";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { isAddress, targetHost, urlOf, withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { shorter } from "../prometheus/resolve";
import { OTHER_PROBERS } from "./render";
import {
  type BlackboxExporterSettings,
  type blackboxExporter,
  builtInModules,
  type ProbeTarget,
} from "./schema";

type Given = z.output<typeof blackboxExporter>;

/** Labels that tell the targets apart. */
const ownLabels = ["instance", "job", "module", "target"];

export function resolveBlackboxExporter(
  given: Given,
  { before, locate, context, report }: ResolveContext,
): BlackboxExporterSettings {
  const { scrapeTimeout } = before.prometheus;
  const own = Object.entries(given.modules).map(([name, module]) => [
    name,
    resolveModule(module, locate(["modules", name]), locate(["secrets"]), context, report),
  ]);
  const modules: typeof given.modules = { ...builtInModules, ...Object.fromEntries(own) };
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
        "is a label that Podwatch sets from name, module and target; write another name",
      );
    }
  });
  checkQuadlet(given.quadlet, locate, report, "blackbox-exporter");
  const targets = given.targets.map((target) =>
    target.interval === undefined ? target : { ...target, timeout: shorter(scrapeTimeout, target.interval) },
  );
  const enabled = given.enabled ?? given.targets.length > 0;
  return { ...withPlainSecrets({ ...given, modules, enabled }), targets };
}

function resolveModule(
  module: Given["modules"][string],
  path: Path,
  secrets: Path,
  context: Context,
  report: Report,
): Given["modules"][string] {
  const prober = String(module.prober);
  const { basicAuth, bearerToken, oauth2, headers, tls, ...words } = module;
  const others = { basicAuth, bearerToken, oauth2, headers };
  for (const [name, value] of Object.entries(OTHER_PROBERS.includes(prober) ? others : {})) {
    if (value === undefined) continue;
    report(
      [...path, name],
      `is for probes over HTTP only, and the prober is ${quote(module.prober)}; remove it`,
    );
  }
  if (tls !== undefined && prober === "icmp") {
    report([...path, "tls"], `is for probes over TLS, and the prober is ${quote(module.prober)}; remove it`);
  }
  checkOverruled(words[prober], module, [...path, prober], "the module", report);
  const around: NativeConfiguration = {
    owner: path,
    below: [],
    what: "the module",
    login: (inner) => (inner.length === 1 && inner[0] === prober ? [] : undefined),
    secrets,
    file: "/run/secrets/blackbox-exporter.NAME",
  };
  refuseSecrets(words, around, report);
  return resolveAuth(module, path, context, report);
}

function checkTarget(
  { target }: ProbeTarget,
  module: Record<string, unknown>,
  path: Path,
  report: Report,
): void {
  const message = messages[String(module.prober)]?.(target);
  if (message !== undefined) report([...path, "target"], `${quote(target)} ${message}`);
}

/** The problem of a target for the module's prober, if any. */
const messages: Readonly<Record<string, (target: string) => string | undefined>> = {
  http: (target) =>
    !/^https?:\/\//.test(target) || urlOf(target) === undefined
      ? "is not a URL; write one that begins with http:// or https://"
      : undefined,
  tcp: (target) =>
    targetHost(target) === undefined
      ? "is not host:port; write one such as mail.my-company.net:993"
      : undefined,
  icmp: (target) =>
    isAddress(target)
      ? undefined
      : (bracketed(target) ??
        "is not an address; write an IPv4 or IPv6 address or a DNS name, without a port"),
  dns: (target) =>
    isIP(target) !== 0 || isAddress(target) || targetHost(target) !== undefined
      ? undefined
      : (bracketed(target) ?? "is not a DNS server; write an address or host:port, such as 10.1.2.3:53"),
};

/** Brackets tell an IPv6 address and a port apart. */
function bracketed(target: string): string | undefined {
  const [, inside = ""] = /^\[(.+)\]$/.exec(target) ?? [];
  return isAddress(inside) ? `has brackets, which stand before a port only; write ${inside}` : undefined;
}

// Checks that involve several settings of the topology, and what watches its services.
import type { z } from "zod";
import { type Path, quote } from "../../config/problem";
import { resolveTls } from "../../config/resolve/auth";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { inSeconds } from "../../lib/duration";
import type { TopologySettings, topology } from "./schema";

type Given = z.output<typeof topology>;

/** In seconds; less would be one run of questions after the other. */
const SHORTEST = 20;

/** In seconds; Prometheus' own job of the topology would find it stale. */
const LONGEST = 3600;

export function resolveTopology(given: Given, around: ResolveContext): TopologySettings {
  const { locate, context, report } = around;
  const enabled = given.enabled ?? (given.url !== undefined || given.services.length > 0);
  if (enabled) {
    checkDatabase(given, around);
    checkTypes(given, around);
    checkServices(given, around);
    checkJobs(around);
  }
  const contacts = given.contacts && (enabled ? resolveContacts(given.contacts, given, around) : undefined);
  checkQuadlet(given.quadlet, locate, report, "topology");
  const { ca } = resolveTls({ ca: given.ca, insecure: false }, locate([]), context, report);
  return withPlainSecrets({ ...given, enabled, ca, contacts });
}

function checkDatabase({ url, ca, query, services, interval }: Given, { locate, report }: ResolveContext) {
  if (url === undefined && services.length === 0) {
    report(locate(["url"]), "is missing; write the URL of the database, or services of your own");
  }
  if (url === undefined && ca !== undefined) {
    report(locate(["ca"]), "has nothing to verify without url; write that too, or remove it");
  }
  const { roc, sites, scopes, serviceTypes } = query;
  if (
    url !== undefined &&
    roc === undefined &&
    [sites, scopes, serviceTypes].every((one) => one.length === 0)
  ) {
    report(
      locate(["query"]),
      "asks for every service of the database; write the region as roc, or sites, scopes or serviceTypes",
    );
  }
  const seconds = inSeconds(interval);
  if (seconds < SHORTEST || seconds > LONGEST) {
    report(locate(["interval"]), `${quote(interval)} is not from 20s to 1h; write one such as 5m`);
  }
}

function checkTypes({ serviceTypes }: Given, { before, locate, report }: ResolveContext) {
  const { enabled, modules } = before.blackboxExporter;
  for (const [type, { probe, scrape }] of Object.entries(serviceTypes)) {
    const path: Path = locate(["serviceTypes", type]);
    if (probe === undefined && scrape === undefined) {
      report(path, "says nothing; write probe or scrape below it, or remove it");
    }
    if (probe === undefined) continue;
    const at = (name: string) => [...path, "probe", name];
    if (!enabled) {
      report(
        [...path, "probe"],
        "is for the blackbox exporter, which the host does not have; set blackboxExporter.enabled to true",
      );
    }
    const module = Object.hasOwn(modules, probe.module)
      ? (modules as Record<string, Record<string, unknown>>)[probe.module]
      : undefined;
    if (module === undefined) {
      report(
        at("module"),
        `${quote(probe.module)} is not a module; write ${Object.keys(modules).join(", ")}, or add it to blackboxExporter.modules`,
      );
      continue;
    }
    const prober = String(module.prober);
    if (prober === "tcp" && probe.port === undefined) {
      report(at("port"), `is missing, and the prober is ${quote(prober)}; write the port that is probed`);
    }
    if (prober === "icmp" && probe.port !== undefined) {
      report(at("port"), `is for other probes, and the prober is ${quote(prober)}; remove it`);
    }
    for (const name of ["scheme", "path"] as const) {
      if (prober !== "http" && probe[name] !== undefined) {
        report(at(name), `is for probes over HTTP only, and the prober is ${quote(prober)}; remove it`);
      }
    }
  }
}

function checkServices({ services, serviceTypes }: Given, { locate, report }: ResolveContext) {
  const keys = services.map(({ serviceType, host }) => `${serviceType} ${host.toLowerCase()}`);
  services.forEach(({ serviceType, host }, index) => {
    const path = locate(["services", index]);
    if (!Object.hasOwn(serviceTypes, serviceType)) {
      report(
        [...path, "serviceType"],
        `${quote(serviceType)} is no entry of topology.serviceTypes, so nothing would watch it; add it there`,
      );
    }
    if (keys.indexOf(keys[index] as string) < index) {
      report([...path, "host"], `${quote(host)} already has a service of this type; remove one of them`);
    }
  });
}

/** The jobs of the topology are named after types and modules. */
function checkJobs({ before, report, locate }: ResolveContext) {
  for (const { name } of [...before.prometheus.scrapeJobs, ...before.prometheus.fileSd]) {
    if (name.startsWith("topology-")) {
      report(
        locate(["enabled"]),
        `takes the names that begin with topology-, and ${quote(name)} of podwatch:prometheus is one; rename that job`,
      );
    }
  }
}

type Contacts = NonNullable<Given["contacts"]>;

/** With the receiver, and the texts of files. */
function resolveContacts(contacts: Contacts, { url, insecure }: Given, around: ResolveContext): Contacts {
  const { before, context, report } = around;
  const locate = (name: string) => around.locate(["contacts", name]);
  const { certificate, key, keyFile, bearerToken } = contacts;
  const byCertificate = [certificate, key, keyFile].some((one) => one !== undefined);
  if (url === undefined) {
    report(around.locate(["contacts"]), "are those of a database; write topology.url too, or remove them");
  }
  if (byCertificate && bearerToken !== undefined) {
    report(locate("bearerToken"), "is set together with certificate; keep one of them");
  } else if (!byCertificate && bearerToken === undefined) {
    report(
      locate("certificate"),
      "is missing, and the database tells contacts only to whom it knows; write certificate and key, or bearerToken",
    );
  }
  if (insecure && bearerToken !== undefined) {
    report(
      locate("bearerToken"),
      "would be told to whoever answers, since topology.insecure is true; write the CA as topology.ca instead",
    );
  }
  const { alertmanager } = before;
  if (!alertmanager.enabled) {
    report(
      around.locate(["contacts"]),
      "are told by Alertmanager, which the host does not have; write alertmanager.receivers, or remove them",
    );
    return contacts;
  }
  const names = Object.keys(alertmanager.receivers);
  const withMail = names.filter((name) => alertmanager.receivers[name]?.email !== undefined);
  const receiver = contacts.receiver ?? alertmanager.route.receiver ?? names[0];
  if (receiver === undefined || !withMail.includes(receiver)) {
    const what =
      receiver === undefined
        ? "is missing"
        : `${quote(receiver)} is no receiver with email, whose mail server would be used`;
    const way =
      withMail.length === 0 ? "add one under alertmanager.receivers" : `write ${withMail.join(" or ")}`;
    report(locate("receiver"), `${what}; ${way}`);
  }
  const tls = resolveTls(
    { certificate, key, keyFile, insecure: false },
    around.locate(["contacts"]),
    context,
    report,
  );
  const { keyFile: _, ...rest } = contacts;
  return {
    ...rest,
    receiver,
    ...(tls.certificate === undefined ? {} : { certificate: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
}

// Checks of jobs whose targets Prometheus finds by itself.
import type { z } from "zod";
import type { Context } from "../../config/context";
import { type Path, quote, type Report } from "../../config/problem";
import { resolveAuth, resolveTls } from "../../config/resolve/auth";
import { refuseSecrets } from "../../config/resolve/plainSecrets";
import { nearest } from "../../config/suggest";
import { factsOf, KINDS, type Kind, sourceOf } from "../../lib/discovery";
import type { DiscoveryJob, discoveryJob } from "./schema";
import { readTargets } from "./targets.resolve";

type Given = z.output<typeof discoveryJob>;

/** @param secrets path of the user's own secrets */
export function resolveDiscovery(
  job: Given,
  path: Path,
  secrets: Path,
  context: Context,
  report: Report,
): DiscoveryJob | undefined {
  const kinds = KINDS.filter((kind) => job[kind] !== undefined);
  const [kind, ...others] = kinds;
  checkNative(job, path, secrets, report);
  if (kind === undefined) {
    report(path, `finds no targets; write one of ${KINDS.join(", ")} below it`);
    return undefined;
  }
  if (others.length > 0) {
    report([...path, kind], `is set together with ${others.join(" and ")}; write a job for each`);
    return undefined;
  }
  const at = [...path, kind];
  checkFacts(job, kind, at, report);
  const { file, ...rest } = { ...job, ...resolveAuth(job, path, context, report) };
  return {
    ...rest,
    ...(file && { file: resolveFile(job, file, at, context, report) }),
    ...resolved(job, at, context, report),
  };
}

function resolved(job: Given, at: Path, context: Context, report: Report): Partial<DiscoveryJob> {
  const { http, dns, openstack, ec2, consul, docker } = job;
  if (http) return { http: resolveAuth(http, at, context, report) };
  if (consul) return { consul: resolveConsul(consul, at, context, report) };
  if (docker) {
    checkDocker(docker.host, [...at, "host"], report);
    return { docker: resolveAuth(docker, at, context, report) };
  }
  if (dns) checkDns(dns, at, report);
  if (openstack) {
    checkOpenstack(openstack, at, report);
    const { tls } = openstack;
    return {
      openstack: { ...openstack, ...(tls && { tls: resolveTls(tls, [...at, "tls"], context, report) }) },
    };
  }
  if (ec2) {
    checkEc2(ec2, at, report);
    const { tls } = ec2;
    return { ec2: { ...ec2, ...(tls && { tls: resolveTls(tls, [...at, "tls"], context, report) }) } };
  }
  return {};
}

type Settings<K extends Kind> = NonNullable<Given[K]>;

function resolveFile(job: Given, file: Settings<"file">, at: Path, context: Context, report: Report) {
  const { files, directory, names } = file;
  if (files.length === 0 && directory === undefined) {
    report([...at, "files"], "is missing; write target files on this computer, or a directory of the host");
  }
  if (names !== undefined && directory === undefined) {
    report([...at, "names"], "are names in directory, which is not set; write it, or remove them");
  }
  return { ...file, files: readTargets({ ...job, files }, at, context, report).files };
}

function resolveConsul(
  consul: Settings<"consul">,
  at: Path,
  context: Context,
  report: Report,
): Settings<"consul"> {
  if (consul.token !== undefined && consul.basicAuth !== undefined) {
    report([...at, "token"], "is set together with basicAuth; keep one of them");
  }
  return resolveAuth(consul, at, context, report);
}

/** Prometheus logs in, and verifies a certificate, only over HTTP. */
function checkDocker(host: string, path: Path, report: Report): void {
  if (/^https?:/.test(host)) {
    if (!URL.canParse(host)) report(path, `${quote(host)} is not a URL; write https://HOST:2376`);
    return;
  }
  report(
    path,
    host.startsWith("unix:")
      ? `${quote(host)} would make Prometheus root on the host, which everybody is who may use Docker's socket; write https://HOST:2376 of a daemon that asks for a client certificate (tls), or http:// of a proxy that only lets lists of containers and networks through`
      : `${quote(host)} would be asked without TLS by Prometheus, whatever tls says; write https://HOST:PORT, or http://HOST:PORT of a proxy that only lets reading through`,
  );
}

function checkDns({ type, port }: Settings<"dns">, at: Path, report: Report): void {
  if (type === "SRV" && port !== undefined) {
    report([...at, "port"], "is of no use: SRV records have ports; remove it, or write type: A");
  }
  if (type !== "SRV" && port === undefined) {
    report([...at, "port"], `is missing; ${type} records have no port, so write that of the metrics`);
  }
}

function checkOpenstack(openstack: Settings<"openstack">, at: Path, report: Report): void {
  const { applicationCredential: credential, user, role } = openstack;
  if (credential === undefined && user === undefined) {
    report(at, "has no log-in; write applicationCredential (or user)");
  }
  if (credential !== undefined && user !== undefined) {
    report([...at, "user"], "is set together with applicationCredential; keep one of them");
  }
  if (credential) {
    const here = [...at, "applicationCredential"];
    const { id, name, username, domain } = credential;
    const named = [name, username, domain].filter((one) => one !== undefined).length;
    if (id !== undefined && named > 0) {
      report([...here, "id"], "is set together with name, username or domain; the id alone is enough");
    }
    if (id === undefined && named < 3) {
      report([...here, "id"], "is missing; write it, or name, username and domain");
    }
  }
  if (role === "instance") return;
  for (const key of ["keep", "drop", "labelsFrom"] as const) {
    if (Object.keys(openstack[key] ?? {}).length > 0) {
      report([...at, key], `is for servers, and role is ${quote(role)}; write relabel of the job`);
    }
  }
}

function checkEc2({ accessKey, secretKey }: Settings<"ec2">, at: Path, report: Report): void {
  if (accessKey !== undefined && secretKey === undefined) {
    report([...at, "secretKey"], "is missing; write the secret that belongs to accessKey");
  }
  if (accessKey === undefined && secretKey !== undefined) {
    report([...at, "accessKey"], "is missing; write the id of the key that secretKey belongs to");
  }
}

/** Labels may only come from what is known. */
function checkFacts(job: Given, kind: Kind, at: Path, report: Report): void {
  const facts = factsOf(kind);
  if (facts === undefined) return;
  const names = [...Object.keys(facts.plain), ...Object.keys(facts.keyed).map((name) => `${name}.KEY`)];
  for (const [label, name] of Object.entries(job[kind]?.labelsFrom ?? {})) {
    if (sourceOf(kind, name) !== undefined) continue;
    const meant = nearest(name, names);
    report(
      [...at, "labelsFrom", label],
      `${quote(name)} is not known of a target; ${meant === undefined ? `write one of ${names.join(", ")}` : `did you mean ${meant}?`}`,
    );
  }
}

/** What is written in Prometheus' own syntax. */
function checkNative(job: Given, path: Path, secrets: Path, report: Report): void {
  for (const key of Object.keys(job.extra)) {
    if (key === "relabel_configs")
      report([...path, "extra", key], "has a setting; write it as relabel of the job");
    if (key.endsWith("_sd_configs") && key !== "file_sd_configs")
      report([...path, "extra", key], "would be a second service discovery; write a job for each");
  }
  const around = {
    owner: path,
    below: ["relabel"],
    what: "the job",
    login: () => undefined,
    secrets,
    file: "/run/secrets/prometheus.NAME",
  };
  refuseSecrets(job.relabel, around, report);
}

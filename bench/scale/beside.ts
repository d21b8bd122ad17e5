// The same node exporters by Ansible, by pyinfra and by a raw SSH session for each host.
import type { Service } from "../bundles";
import type { Work } from "../contender";

/** Where Podwatch keeps programs on a host. */
const PROGRAMS = "/var/lib/podwatch/programs";

export function exporterWork(deployments: Work["deployments"]): Work {
  const [{ "node-exporter": exporter } = {}] = Object.values(deployments.base);
  if (exporter === undefined) throw new Error("the state holds no node exporter");
  return {
    folder: "exporter",
    deployments,
    values: valuesOf(exporter, process.arch === "arm64" ? "aarch64" : "x86_64"),
    units: "etc/systemd/system",
    changed: "etc/systemd/system/podwatch-node-exporter.service",
  };
}

/** What Podwatch's runner reads in the headers of a node exporter, for hosts whose `uname -m` is this. */
export function valuesOf({ headers }: Service, machine: string): Record<string, string> {
  const first = (name: string) => {
    const value = headers[name]?.[0];
    if (value === undefined) throw new Error(`the bundle of the node exporter has no header ${name}`);
    return value;
  };
  const download = headers.download?.find((line) => line.startsWith(`${machine} `));
  const [, sha256, member, url] = download?.split(" ") ?? [];
  if (sha256 === undefined || member === undefined || url === undefined)
    throw new Error(`the bundle of the node exporter names no release for ${machine}`);
  return {
    account: first("account"),
    textfiles: first("host-directory"),
    program: `${PROGRAMS}/${first("program").split(" ")[0]}`,
    sha256,
    member,
    url,
  };
}

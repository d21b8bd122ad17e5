import type { Packages } from "../../lib/packages";
import { ENGINE } from "./endpoint";

/** Its program has the same name. */
export type EngineName = "podman" | "docker";

export interface EnginePackagesInput {
  readonly engine: EngineName;
  readonly remove: boolean;
}

export function enginePackages({ engine, remove }: EnginePackagesInput): Packages {
  return { kind: "packages", name: ENGINE, program: engine, ...INSTALLED[engine], remove };
}

/** Without what is only recommended, which is more than a server needs; the network of containers is among it. */
const INSTALLED: Readonly<Record<EngineName, Pick<Packages, "minimum" | "packages">>> = {
  podman: {
    minimum: "4.4",
    packages: {
      apt: ["podman", "crun", "netavark", "aardvark-dns", "nftables", "iptables"],
      dnf: ["podman", "netavark", "aardvark-dns", "nftables"],
      zypper: ["podman", "netavark", "aardvark-dns", "nftables"],
      apk: ["podman", "netavark", "aardvark-dns", "nftables"],
    },
  },
  docker: {
    minimum: "20.10",
    packages: {
      apt: ["docker.io", "docker-cli", "nftables", "iptables"],
      dnf: ["docker-ce", "docker-ce-cli", "containerd.io", "nftables"],
      zypper: ["docker", "nftables"],
      apk: ["docker", "nftables"],
    },
  },
};

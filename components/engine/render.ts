import type { Packages } from "../../lib/packages";
import { ENGINE } from "./endpoint";

export function enginePackages({ remove }: { readonly remove: boolean }): Packages {
  return {
    kind: "packages",
    name: ENGINE,
    program: "podman",
    minimum: "4.4",
    packages: {
      // Without what is only recommended, which is more than a server needs; the network of containers is among it.
      apt: ["podman", "crun", "netavark", "aardvark-dns", "nftables", "iptables"],
      dnf: ["podman", "netavark", "aardvark-dns", "nftables"],
      zypper: ["podman", "netavark", "aardvark-dns", "nftables"],
      apk: ["podman", "netavark", "aardvark-dns", "nftables"],
    },
    remove,
  };
}

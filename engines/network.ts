import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress, groupsOf, inUrl } from "../lib/address";
import type { PublishedPort } from "../lib/service";

/** Name of the container network on the host. */
export const NETWORK_NAME = "podwatch";

/** The first usable address of a subnet such as `10.89.77.0/24` or `fd00:1::/64`: its gateway and DNS server. */
export function gatewayOf(subnet: string): string {
  const [base = "", prefix] = subnet.split("/");
  if (prefix === undefined || !(isIPv4(base) || isIPv6(base))) {
    throw new Error(`${JSON.stringify(subnet)} is not a subnet`);
  }
  if (isIPv4(base)) {
    const [a = 0, b = 0, c = 0, d = 0] = base.split(".").map(Number);
    return `${a}.${b}.${c}.${d + 1}`;
  }
  const groups = groupsOf(base);
  const last = (groups.at(-1) ?? 0) + 1;
  return canonicalAddress([...groups.slice(0, -1), last].map((group) => group.toString(16)).join(":"));
}

/** `[<address>:]<port of the host>:<port of the container>[/udp]` */
export function publishedPort({ address, hostPort, containerPort, protocol }: PublishedPort): string {
  const at = address === undefined ? "" : `${inUrl(address)}:`;
  return `${at}${hostPort}:${containerPort}${protocol === "udp" ? "/udp" : ""}`;
}

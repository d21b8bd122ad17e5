// The container network that the services of one host share.
import { isIPv4, isIPv6 } from "node:net";
import type { z } from "zod";
import { type DeepReadonly, group, setting, text } from "../../config/schema/words";
import { groupsOf, inRange } from "../../lib/address";

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Unique local addresses, and those that are reached from everywhere. */
const ranges6 = ["fc00::/7", "2000::/3"];

/** Default range of the container network if it needs IPv6. */
export const DEFAULT_SUBNET6 = "fdb6:93f8:2e1d::/64";

/** A private network of 16 to 65536 addresses, written by its first address. */
function isSubnet(value: string): boolean {
  const [ip = "", bits = "", ...rest] = value.split("/");
  const prefix = Number(bits);
  if (!isIPv4(ip) || !/^\d{2}$/.test(bits) || rest.length > 0 || prefix < 16 || prefix > 28) return false;
  const last = ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return last % 2 ** (32 - prefix) === 0 && privateRanges.some((range) => inRange(ip, range));
}

/** Prefixes around podman's default; written by its first address. */
function isSubnet6(value: string): boolean {
  const [ip = "", bits = "", ...rest] = value.split("/");
  const prefix = Number(bits);
  if (
    !isIPv6(ip) ||
    ip.includes("%") ||
    !/^\d{2,3}$/.test(bits) ||
    rest.length > 0 ||
    prefix < 48 ||
    prefix > 112
  )
    return false;
  const binary = groupsOf(ip)
    .map((part) => part.toString(2).padStart(16, "0"))
    .join("");
  return !binary.slice(prefix).includes("1") && ranges6.some((range) => inRange(ip, range));
}

export const network = group({
  subnet: setting(
    text(
      isSubnet,
      "is not a subnet of this kind; write a private IPv4 range by its first address and a prefix from /16 to /28, such as 10.89.77.0/24",
    ).default("10.89.77.0/24"),
    "Addresses of the container network: a private IPv4 range that nothing else on or near the host uses.",
  ),
  subnet6: setting(
    text(
      isSubnet6,
      `is not an IPv6 subnet of this kind; write a range of unique local (fd...) or global addresses by its first address and a prefix from /48 to /112, such as ${DEFAULT_SUBNET6}`,
    ).optional(),
    "IPv6 range of the container network, in addition to IPv4; nothing else on or near the host may use it. Set it only to use another range than the default, or if something is reached by a name that has only IPv6 addresses. Outgoing traffic of containers uses the host's own address. A change of the network restarts every container.",
    {
      example: "fd5a:1c3e:9b20::/64",
      defaultText: `\`${DEFAULT_SUBNET6}\` if a scrape target, a probe or a receiver is given as an IPv6 address, or with \`become: true\` if \`front.bind\` is one; otherwise none, and containers have no IPv6`,
    },
  ),
}).meta({ id: "network", description: "The network that the containers of a host share." });

/** Resolved: `subnet6` is set if the network has IPv6. */
export type NetworkSettings = DeepReadonly<z.output<typeof network>>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly network: NetworkSettings;
  }
}

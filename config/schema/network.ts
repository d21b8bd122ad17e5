// The container network that the services of one host share.
import { isIPv4 } from "node:net";
import type { z } from "zod";
import { type DeepReadonly, group, setting, text } from "./words";

const privateRanges: [string, number][] = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
];

const toNumber = (ip: string) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Whether `ip` lies in `base/prefix`. */
export function inRange(ip: string, base: string, prefix: number): boolean {
  const block = 2 ** (32 - prefix);
  return Math.floor(toNumber(ip) / block) === Math.floor(toNumber(base) / block);
}

/** A private network of 16 to 65536 addresses, written by its first address. */
function isSubnet(value: string): boolean {
  const [ip = "", bits = "", ...rest] = value.split("/");
  const prefix = Number(bits);
  if (!isIPv4(ip) || !/^\d{2}$/.test(bits) || rest.length > 0 || prefix < 16 || prefix > 28) return false;
  const whole = toNumber(ip) % 2 ** (32 - prefix) === 0;
  return whole && privateRanges.some(([base, length]) => inRange(ip, base, length));
}

export const network = group({
  subnet: setting(
    text(
      isSubnet,
      "is not a subnet of this kind; write a private IPv4 range by its first address and a prefix from /16 to /28, such as 10.89.77.0/24",
    ).default("10.89.77.0/24"),
    "Addresses of the container network: a private IPv4 range that nothing else on or near the host uses.",
  ),
}).meta({ id: "network", description: "The network that the containers of a host share." });

export type NetworkSettings = DeepReadonly<z.output<typeof network>>;

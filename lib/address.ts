import { isIP, isIPv4, isIPv6 } from "node:net";

/** An address as written before a port or in a URL: IPv6 in brackets. */
export function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : isUnknown(host) ? `${IN_URL}${host}` : host;
}

/** A name that stands for an address until that is known; it ends as no name on the Internet does (RFC 2606). */
export function unknownAddress(id: string): string {
  return `${id}${UNKNOWN}`;
}

const UNKNOWN = ".unknown.invalid";

/** Whether a text has a stand-in for an address. */
export function hasUnknown(text: string): boolean {
  return text.includes(UNKNOWN);
}

/** Whether it is an IP address, or will be one once it is known. */
export function isIpAddress(address: string): boolean {
  return isIP(address) !== 0 || hasUnknown(address);
}

/** Marks where an address that turns out to be IPv6 needs brackets. */
const IN_URL = "in-url.";

function isUnknown(host: string): boolean {
  return host.endsWith(UNKNOWN) && !host.startsWith(IN_URL);
}

/** The text with an address in the place of the name that stood for it. */
export function withAddress(text: string, standIn: string, address: string): string {
  const name = canonicalAddress(address.toLowerCase().replace(/\.$/, ""));
  return text.replaceAll(`${IN_URL}${standIn}`, inUrl(name)).replaceAll(standIn, name);
}

/** The one spelling of an IPv6 address, RFC 5952; anything else as it is. An interface (`%eth0`) is no part of it. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address;
  return new URL(`http://[${address.replace(/%.*/, "")}]`).hostname.slice(1, -1);
}

/** An address by which a host is reached only from itself. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** All addresses that a host has. */
export const isWildcard = (bind: string) => bind === "0.0.0.0" || bind === "::";

/** Whether a port at one cannot be had beside the same port at the other; absent: all addresses. */
export function overlap(one: string, other = "::"): boolean {
  return one === other || isWildcard(one) || isWildcard(other);
}

/** An IP address as a number. */
function toNumber(ip: string): bigint {
  if (isIPv4(ip)) return ip.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  return groupsOf(ip).reduce((sum, part) => sum * 65_536n + BigInt(part), 0n);
}

/** The eight groups of an IPv6 address. */
export function groupsOf(ip: string): number[] {
  const [left = [], right = []] = canonicalAddress(ip)
    .split("::")
    .map((half) => half.split(":").flatMap((group) => (group === "" ? [] : [Number.parseInt(group, 16)])));
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Whether an IP address lies in a range of its own kind, such as `10.0.0.0/8` or `fd00::/8`. */
export function inRange(ip: string, range: string): boolean {
  const [base = "", prefix = ""] = range.split("/");
  if (isIPv4(ip) !== isIPv4(base)) return false;
  const hostBits = BigInt((isIPv4(base) ? 32 : 128) - Number(prefix));
  return toNumber(ip) >> hostBits === toNumber(base) >> hostBits;
}

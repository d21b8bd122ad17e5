// IPv4 ranges and the addresses in them.
import { isIPv4 } from "node:net";

const number = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const text = (value: number) => [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join(".");

export interface Range {
  readonly first: number;
  readonly size: number;
}

/** Undefined if it is none. */
export function range(cidr: unknown): Range | undefined {
  const [address = "", bits = ""] = typeof cidr === "string" ? cidr.split("/") : [];
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  return number(address) % size === 0 ? { first: number(address), size } : undefined;
}

export function overlap(one: Range, other: Range): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

export function nth({ first }: Range, index: number): string {
  return text(first + index);
}

/** The first that is free, after the gateway and before the broadcast. */
export function free(of: Range, taken: ReadonlySet<string>): string | undefined {
  for (let index = 2; index < of.size - 1; index++) {
    if (!taken.has(nth(of, index))) return nth(of, index);
  }
  return undefined;
}

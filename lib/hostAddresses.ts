import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress, inRange } from "./address";
import { command } from "./shell";

/** What a setting requires of the host's addresses. */
export interface AddressNeed {
  /** `own`: the value is an address of the host. `ipv6`: the host has IPv6. */
  readonly what: "own" | "ipv6";
  /** As users write it. */
  readonly setting: string;
  /** Absent if it is secret or long. */
  readonly value?: string;
}

/** Path of `ip` for users whose PATH has no sbin directories; without `ip` nothing is reported. */
const PROBE = [
  "PATH=$PATH:/usr/sbin:/sbin",
  "command -v ip >/dev/null || exit 0",
  "cd /proc/sys/net",
  'echo "ipv6 off: $(cat ipv6/conf/all/disable_ipv6 2>/dev/null || echo kernel)"',
  'echo "nonlocal: $(cat ipv4/ip_nonlocal_bind ipv6/ip_nonlocal_bind 2>/dev/null | paste -s -d " " -)"',
  'ip -o address show | sed -n "s,^[0-9]*: *\\([^ ]*\\) *inet6* *\\([^/ ]*\\).*,address: \\1 \\2,p"',
].join("; ");

/** The command that collects the facts for {@link refusedAddress}, for any login shell. */
export const READ_ADDRESSES = command(["sh", "-c", PROBE]);

/** Interfaces that lead to containers only. */
const toContainers = /^(podman|docker|cni|br-|veth|virbr)/;

/** Why the host does not have the required addresses, if so; without facts, it is not refused. */
export function refusedAddress(needs: readonly AddressNeed[], read: string): string | undefined {
  const off = /^ipv6 off: (\S+)$/m.exec(read)?.[1];
  if (off === undefined) return undefined;
  const all = [...read.matchAll(/^address: (\S+) (\S+)$/gm)].map(([, on = "", address = ""]) => ({
    on,
    address,
  }));
  const outside = all.filter(({ on, address }) => !toContainers.test(on) && leadsOutside(address));
  for (const need of needs) {
    const { setting, value = "", what } = need;
    const named = value === "" ? setting : `${setting} ${JSON.stringify(value)}`;
    if ((what === "ipv6" || isIPv6(value)) && off !== "0") {
      return `${named} needs IPv6, which is disabled on this host (${offBy(off)}); ${instead(need)}`;
    }
    if (what === "ipv6" && !outside.some(({ address }) => isIPv6(address))) {
      return `${named} needs IPv6, and this host has no routable IPv6 address; give it one, or ${instead(need)}`;
    }
    if (
      what === "own" &&
      !all.some(({ address }) => address === canonicalAddress(value)) &&
      !mayComeLater(value, read)
    ) {
      return `${named} is not an address of this host; write one of its own: ${outside.map(({ address }) => address).join(", ")}`;
    }
  }
  return undefined;
}

/** Programs may bind addresses that the host does not have yet, as with keepalived. */
function mayComeLater(address: string, read: string): boolean {
  const [, v4, v6] = /^nonlocal: (\d) ?(\d?)$/m.exec(read) ?? [];
  return (isIPv4(address) ? v4 : v6) === "1";
}

function leadsOutside(address: string): boolean {
  return address !== "::1" && !["127.0.0.0/8", "fe80::/10"].some((range) => inRange(address, range));
}

const offBy = (off: string) =>
  off === "kernel"
    ? "its kernel has none"
    : `net.ipv6.conf.all.disable_ipv6 is ${off}; 0 in a file in /etc/sysctl.d switches it on`;

/** The alternative without IPv6. */
function instead({ setting }: AddressNeed): string {
  return setting.endsWith(".bind")
    ? "write 0.0.0.0 or an IPv4 address of it"
    : "write what is reached over IPv4, or remove it";
}

import { type AddressNeed, READ_ADDRESSES, refusedAddress } from "../../lib/hostAddresses";
import { runScript, SHELLS } from "./shellRun";

const own = (value: string): AddressNeed => ({ what: "own", setting: "podwatch:front.bind", value });
const ipv6: AddressNeed = { what: "ipv6", setting: "podwatch:front.bind", value: "::" };
const secret: AddressNeed = { what: "ipv6", setting: "podwatch:alertmanager.receivers.ops.webhook.url" };

const told = ({ off = "0", nonlocal = "0 0", more = "" } = {}) => `1795890000
ipv6 off: ${off}
nonlocal: ${nonlocal}
address: lo 127.0.0.1
address: lo ::1
address: eth0 10.1.2.3
address: eth0 fe80::1
address: podman1 10.89.77.1
address: podman1 fdb6:93f8:2e1d::1
${more}`;

test.each<[string, AddressNeed[], string]>([
  ["nothing asked", [], told({ off: "1" })],
  ["an address that it has", [own("10.1.2.3")], told()],
  [
    "one that it has over IPv6, in another spelling",
    [own("FD00:0::5")],
    told({ more: "address: eth0 fd00::5\n" }),
  ],
  ["IPv6 where there is some", [ipv6, secret], told({ more: "address: eth0 2001:db9::5\n" })],
  ["one that may come later", [own("10.1.2.4")], told({ nonlocal: "1 0" })],
  ["one that may come later over IPv6", [own("fd00::5")], told({ nonlocal: "0 1" })],
  ["a host without the command ip", [own("10.1.2.4"), ipv6], "1795890000\n"],
])("%s is granted", (_, needs, read) => expect(refusedAddress(needs, read)).toBeUndefined());

test.each<[string, AddressNeed[], string, string]>([
  [
    "an address of another",
    [own("10.1.2.4")],
    told(),
    'podwatch:front.bind "10.1.2.4" is not an address of this host; write one of its own: 10.1.2.3',
  ],
  [
    "an IPv6 address of another",
    [own("fd00::5")],
    told({ nonlocal: "1 0", more: "address: eth0 fd00::6\n" }),
    'podwatch:front.bind "fd00::5" is not an address of this host; write one of its own: 10.1.2.3, fd00::6',
  ],
  [
    "IPv6 that is switched off",
    [ipv6],
    told({ off: "1" }),
    'podwatch:front.bind "::" needs IPv6, which is disabled on this host (net.ipv6.conf.all.disable_ipv6 is 1; 0 in a file in /etc/sysctl.d switches it on); write 0.0.0.0 or an IPv4 address of it',
  ],
  [
    "an own address over IPv6 that is switched off",
    [own("fd00::5")],
    told({ off: "1" }),
    'podwatch:front.bind "fd00::5" needs IPv6, which is disabled on this host (net.ipv6.conf.all.disable_ipv6 is 1; 0 in a file in /etc/sysctl.d switches it on); write 0.0.0.0 or an IPv4 address of it',
  ],
  [
    "IPv6 that the kernel does not have",
    [secret],
    told({ off: "kernel" }),
    "podwatch:alertmanager.receivers.ops.webhook.url needs IPv6, which is disabled on this host (its kernel has none); write what is reached over IPv4, or remove it",
  ],
  [
    "IPv6 with addresses of the link and of containers only",
    [ipv6],
    told(),
    'podwatch:front.bind "::" needs IPv6, and this host has no routable IPv6 address; give it one, or write 0.0.0.0 or an IPv4 address of it',
  ],
])("%s is refused", (_, needs, read, refusal) => expect(refusedAddress(needs, read)).toBe(refusal));

test.each(SHELLS)("%s tells what it is asked", (shell) => {
  const read = runScript(`echo before; ${READ_ADDRESSES}; echo after`, { shell });
  expect(read).toMatch(/^before\nipv6 off: \S+\nnonlocal: [01 ]*\n(address: \S+ [0-9a-f.:]+\n)+after\n$/);
  expect(read).toContain("address: lo 127.0.0.1\n");
});

// The host's firewall: what may be reached from elsewhere.
import type { z } from "zod";
import {
  addressRange,
  choice,
  type DeepReadonly,
  flag,
  group,
  list,
  port,
  setting,
  text,
  whole,
} from "../../config/schema/words";

const sources = (example: readonly string[], about: string, otherwise: string) =>
  setting(list(addressRange(), "addresses").optional(), about, { example, defaultText: otherwise });

/** Two ports in order. */
function isPortRange(value: string): boolean {
  const [first = 0, last = 0] = value.split("-").map(Number);
  return /^\d{1,5}-\d{1,5}$/.test(value) && first >= 1 && first < last && last <= 65535;
}

const portRange = () => text(isPortRange, "is not a range of ports; write one such as 6000-6010");

export const allowed = group({
  port: setting(port().or(portRange()), "The port, as one dials it, or a range of ports.", {
    example: 5432,
  }),
  protocol: setting(choice(["tcp", "udp"]).default("tcp"), "Protocol of the port."),
  allowFrom: sources(["10.1.0.0/16"], "Addresses that may reach it.", "everybody"),
}).meta({ id: "allowed", description: "A port that stays open." });

export const sshLimit = group({
  perMinute: setting(
    whole(1, 1000, "is not a number of connections; write a whole number from 1 to 1000").default(10),
    "How many connections a source may open a minute; further ones are dropped. A network of IPv6 (/64) is one source.",
  ),
  except: sources(["10.1.2.0/24"], "Addresses that are not limited.", "none"),
}).meta({
  id: "sshLimit",
  description:
    "A limit of new connections to SSH for each source, against guessing. The address that Pulumi came from when it was applied is not limited.",
});

export const firewall = group({
  enabled: setting(
    flag().optional(),
    "Whether the host drops what is not let through here. Always let through are SSH, answers, loopback, pings and what the network itself needs (ICMPv6, DHCP); the open ports of Podwatch are, by themselves.",
    { defaultText: "`true` if another setting of the section is set, otherwise `false`" },
  ),
  allowFrom: sources(
    ["10.1.0.0/16", "2001:db8:17::/48"],
    "Addresses that may reach the front. The host itself and its container network always may. A node exporter's port has its own `allowFrom`.",
    "everybody",
  ),
  allow: setting(
    list(allowed, "ports").default([]),
    "Further ports that stay open: of other programs on the host, and published ones of other containers, which are held as well.",
    { example: [{ port: 5432, allowFrom: ["10.1.2.0/24"] }] },
  ),
  sshFrom: sources(
    ["10.1.0.0/16"],
    "Addresses that may log in by SSH, on each port of the SSH server. Refused before anything is changed if the address that Pulumi comes from is none of them.",
    "everybody; of a host with `via` the jump host alone: its address, and the one that it comes from",
  ),
  sshLimit: setting(sshLimit.optional(), "How many new connections to SSH each source may make.", {
    example: { perMinute: 6 },
  }),
  forwardFrom: setting(
    list(
      text(
        /^(?=.{1,15}$)[A-Za-z0-9_][A-Za-z0-9_.:-]*\*?$/,
        "is not the name of an interface; write one such as br0 or vnet*",
      ),
      "interfaces",
    ).default([]),
    "Interfaces from which the host forwards traffic to other machines, besides the networks of containers and virtual machines (`podman*`, `docker0`, `br-*`, `virbr*`, ...). `*` at the end stands for all that begin so.",
    { example: ["wg0"] },
  ),
}).meta({
  id: "firewall",
  onOff: true,
  description:
    "The host's firewall: one nftables table of our own, loaded before the network. It also holds for published ports of containers, which pass by most other firewalls. `true` stands for `{ enabled: true }`.",
});

/** Resolved: absent lists of addresses stand for everybody. */
export type FirewallSettings = DeepReadonly<Omit<z.output<typeof firewall>, "sshLimit">> & {
  readonly enabled: boolean;
  /** Whether those may log in by SSH who come from where deployments do. */
  readonly sshFromDeployer: boolean;
  readonly sshLimit?: { readonly perMinute: number; readonly except: readonly string[] };
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly firewall: FirewallSettings;
  }
}

// What a machine is told at its first boot, by cloud-init, and who may reach it.
import { hasUnknown } from "../../lib/address";

export interface FirstBoot {
  /** Who logs in to deploy. */
  readonly user: string;
  /** Public key of whom may log in. */
  readonly publicKey: string;
  readonly hostKey: KeyPair;
}

export interface KeyPair {
  /** In the format of OpenSSH. */
  readonly private: string;
  readonly public: string;
}

/** JSON is YAML, too. The host key is in place before the SSH server starts, so that the first log-in is to the machine that we made. */
export function userData({ user, publicKey, hostKey }: FirstBoot): string {
  const root = user === "root";
  const config = {
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
    ssh_pwauth: false,
    disable_root: !root,
    users: [
      root
        ? { name: "root", lock_passwd: true, ssh_authorized_keys: [publicKey] }
        : {
            name: user,
            gecos: "Podwatch",
            shell: "/bin/bash",
            lock_passwd: true,
            sudo: "ALL=(ALL) NOPASSWD:ALL",
            ssh_authorized_keys: [publicKey],
          },
    ],
  };
  return `#cloud-config\n${JSON.stringify(config, null, 1)}\n`;
}

/** A source and a port that a machine's security group lets in. */
export interface Ingress {
  readonly protocol: "tcp" | "udp" | "icmp" | "ipv6-icmp";
  readonly ports?: readonly [first: number, last: number];
  /** A range, or what stands for the address of another machine until that is made. */
  readonly from: string;
}

interface Open {
  readonly port: number | string;
  readonly protocol: "tcp" | "udp";
  readonly from: readonly string[];
}

const EVERYBODY = ["0.0.0.0/0", "::/0"];

/** What the host's firewall lets through, the same before the machine. */
export function ingress(openings: readonly Open[]): Ingress[] {
  const rules = openings.flatMap(({ port, protocol, from }) => {
    const [first = 0, last = first] = String(port).split("-").map(Number);
    return (from.length === 0 ? EVERYBODY : from).map(
      (source): Ingress => ({
        protocol,
        ports: [first, last],
        from: hasUnknown(source) ? source : ranged(source),
      }),
    );
  });
  const pings: Ingress[] = [
    { protocol: "icmp", from: "0.0.0.0/0" },
    { protocol: "ipv6-icmp", from: "::/0" },
  ];
  return [...new Map([...rules, ...pings].map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** The cloud wants a range, and knows an address as one. */
export function ranged(source: string): string {
  if (source.includes("/")) return source;
  return source.includes(":") ? `${source}/128` : `${source}/32`;
}

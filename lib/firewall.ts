/** What may be reached on a host from elsewhere; everything else is dropped. Held by the host itself, outside of any container. */
export interface Firewall {
  readonly kind: "nftables";
  readonly name: "firewall";
  readonly openings: readonly Opening[];
  /** Ranges of our container network, to which published ports are forwarded. */
  readonly networks: readonly string[];
  /** Who may log in by SSH; empty: everybody. */
  readonly sshFrom: readonly string[];
  /** Whether the address that deployments come from belongs to them: that of the jump host, as the host sees it. */
  readonly sshFromDeployer: boolean;
  /** How many new connections to SSH a source may make a minute; absent: any number. The address that deployments come from may. */
  readonly sshLimit?: { readonly perMinute: number; readonly except: readonly string[] } | undefined;
  /** The ports by which Pulumi logs in, besides those that the host's SSH server has. */
  readonly sshPorts: readonly number[];
  /** Interfaces besides those of container networks from which the host forwards traffic, by name, or its beginning before `*`. */
  readonly forwardFrom: readonly string[];
}

/** A port, or a range of ports, that some may reach. */
export interface Opening {
  /** `8080`, or `6000-6010`. */
  readonly port: number | string;
  readonly protocol: "tcp" | "udp";
  /** The address of the host by which it is reached; absent: all. */
  readonly bind?: string | undefined;
  /** Addresses and ranges; empty: everybody. */
  readonly from: readonly string[];
}

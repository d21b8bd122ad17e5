import { isLoopback } from "../../lib/address";
import type { Firewall, Opening } from "../../lib/firewall";
import type { Listener } from "../../lib/runner";
import { FIREWALL } from "./endpoint";

export interface FirewallInput {
  /** Who may reach the front; absent, here and below: everybody. */
  readonly allowFrom?: readonly string[] | undefined;
  readonly allow: ReadonlyArray<
    Pick<Opening, "port" | "protocol"> & { readonly allowFrom?: readonly string[] | undefined }
  >;
  readonly sshFrom?: readonly string[] | undefined;
  readonly sshFromDeployer?: boolean | undefined;
  readonly sshLimit?: Firewall["sshLimit"];
  readonly forwardFrom: readonly string[];
  /** Where the services of the host listen. */
  readonly listeners: readonly Listener[];
  /** The container network, whose containers reach the front as people do. */
  readonly subnets: readonly string[];
  /** The port by which the program logs in. */
  readonly sshPort?: number | undefined;
}

/** Opens the ports of our own services, and what the user allows. */
export function firewall(input: FirewallInput): Firewall {
  const {
    listeners,
    allow,
    subnets,
    sshFrom = [],
    sshFromDeployer = false,
    sshLimit,
    sshPort,
    forwardFrom,
  } = input;
  return {
    kind: "nftables",
    name: FIREWALL,
    openings: [
      ...listeners.flatMap((listener) => ofOurs(listener, input)),
      ...allow.map(({ port, protocol, allowFrom = [] }): Opening => ({ port, protocol, from: allowFrom })),
    ],
    networks: subnets,
    sshFrom,
    sshFromDeployer,
    ...(sshLimit === undefined ? {} : { sshLimit }),
    sshPorts: sshPort === undefined ? [] : [sshPort],
    forwardFrom,
  };
}

function ofOurs(
  { bind, port, protocol = "tcp", allowFrom: own }: Listener,
  { allowFrom = [], subnets }: FirewallInput,
): Opening[] {
  if (bind !== undefined && isLoopback(bind)) return [];
  const from = own ?? (allowFrom.length === 0 ? [] : [...allowFrom, ...subnets]);
  return [{ port, protocol, from, ...(bind === "::" ? {} : { bind }) }];
}

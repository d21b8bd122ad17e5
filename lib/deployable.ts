import type { Accounts } from "./accounts";
import type { Firewall } from "./firewall";
import type { Fragment } from "./fragment";
import type { Mounts } from "./mounts";
import type { NativeService } from "./nativeService";
import type { Packages } from "./packages";
import type { Service } from "./service";
import type { SshServer } from "./sshServer";
import type { Time } from "./time";
import type { TimerService } from "./timerService";

/** Everything that a component may hand to its host, described without naming an engine. */
export type Deployable =
  | Service
  | NativeService
  | Network
  | Fragment
  | Firewall
  | TimerService
  | Packages
  | Mounts
  | SshServer
  | Accounts
  | Time;

/** The network that the containers of a host share. */
export interface Network {
  readonly kind: "network";
  readonly name: "network";
  /** Its range of IPv4 addresses, such as `10.89.77.0/24`. */
  readonly subnet: string;
  /** Its range of IPv6 addresses, if containers have those too. */
  readonly subnet6?: string | undefined;
}

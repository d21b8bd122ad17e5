import type { Deployable, Network } from "../../lib/deployable";
import type { Service } from "../../lib/service";
import type { Bundle, Header } from "../bundle";
import type { HostContext } from "../engine";
import { fragmentBundle } from "../fragment";
import { accountsBundle } from "./accounts";
import { nativeBundle } from "./bundle";
import { mountBundle } from "./mounts";
import { firewallBundle } from "./nftables";
import { packagesBundle } from "./packages";
import { sshServerBundle } from "./sshd";
import { timeBundle } from "./time";
import { timerBundle } from "./timer";

/**
 * The bundle of what is the same with every engine that has systemd: all but containers and their network.
 *
 * @param first headers of what the runner does with the engine's commands
 */
export function bundleOf(
  service: Exclude<Deployable, Service | Network>,
  context: HostContext,
  first: readonly Header[] = [],
): Bundle {
  switch (service.kind) {
    case "native":
      return nativeBundle(service, context.scope);
    case "timer":
      return timerBundle(service, context, first);
    case "fragment":
      return fragmentBundle(service, first);
    case "packages":
      return packagesBundle(service, first);
    case "mount":
      return mountBundle(service);
    case "nftables":
      return firewallBundle(service);
    case "sshd":
      return sshServerBundle(service);
    case "accounts":
      return accountsBundle(service);
    case "time":
      return timeBundle(service);
    default:
      return service satisfies never;
  }
}

import type { DaemonContainer, DaemonNetwork } from "../lib/daemonObjects";
import type { Deployable, Network } from "../lib/deployable";
import type { Scope } from "../lib/scope";
import type { Service } from "../lib/service";
import type { Bundle } from "./bundle";

/** One whose services the runner on the host applies. */
export interface RunnerEngine extends AnyEngine {
  /** What the runner on the host applies for a service. */
  bundle(service: Deployable, context: HostContext): Bundle;
}

/** One that is told by Docker's API what to run. */
export interface DaemonEngine extends AnyEngine {
  container(service: Service, context: HostContext): DaemonContainer;
  network(network: Network): DaemonNetwork;
}

/** What runs services on a host. Components hand it descriptions of services, and do not know which engine it is. */
export type Engine = RunnerEngine | DaemonEngine;

interface AnyEngine {
  readonly name: string;
  readonly can: Capabilities;
  /** Address of the DNS server that containers on the network use. */
  resolver(network: Network): string;
  /** Address by which containers on the network reach the host. */
  hostAddress(network: Network): string;
}

/** What an engine can do; `config/` refuses settings that require what the chosen engine cannot do. */
export interface Capabilities {
  /** Checks files by the service's own checker before they go live. */
  readonly check: boolean;
  /** Activates changed files without a restart. */
  readonly reload: boolean;
  /** Returns to the previous release if the new one does not become ready. */
  readonly rollBack: boolean;
  /** Takes options of the user's volumes such as `noexec`. */
  readonly mountOptions: boolean;
  /** Hands secrets to a service as files. */
  readonly secretFiles: boolean;
  /** Runs containers that belong to the login user. */
  readonly rootless: boolean;
  /** Builds images on the host. */
  readonly build: boolean;
  /** Adds the user's keys to a service's Quadlet unit. */
  readonly quadlet: boolean;
  /** Shows the user's files and volumes to a service. */
  readonly mounts: boolean;
  /** Hands secrets to a service as environment variables. */
  readonly secretEnvironment: boolean;
  /** Keeps the data of services on disks that the stack mounts. */
  readonly disks: boolean;
  /** Limits memory, processor time, processes and open files of a service. */
  readonly limits: boolean;
  /** Lets a service connect to some addresses only. */
  readonly confine: boolean;
  /** Has parts on the host itself: programs, sockets and directories of its own, rules of its firewall, timers. */
  readonly hostServices: boolean;
  /** Lets others than the host itself connect to published ports. */
  readonly serving: boolean;
}

/** What a service's bundle depends on besides the service: the host that it is for. */
export interface HostContext {
  readonly scope: Scope;
  /** The images that the host builds, by reference. */
  readonly builds?: Readonly<Record<string, ImageBuild>>;
}

/** How a host builds an image; everything is text. */
export interface ImageBuild {
  readonly containerfile: string;
  /** The context, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, string>>;
  /** Its base images: pulled before, and kept as long as this one. */
  readonly bases: readonly string[];
}

import type { Additions } from "./additions";

/**
 * One service on one host that runs as a container, described once. An engine turns the description into what runs there;
 * neither the renderers nor the components know which engine it is.
 */
export interface Service {
  readonly kind: "container";
  /** Name of the service, e.g. `prometheus`; {@link unitName} gives its unit, container and DNS name. */
  readonly name: string;
  /** One line for `systemctl status`. */
  readonly description: string;
  /** Image reference with a tag or a digest. */
  readonly image: string;
  /** Arguments for the image's entry point; default: the image's own. */
  readonly args?: readonly string[];
  /** Numeric user and group that the service runs as. */
  readonly user: User;
  /** Plain environment; secrets go into `secrets`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Configuration files by path below {@link CONFIG_DIRECTORY}. */
  readonly files: Readonly<Record<string, string>>;
  /** Names of the secrets that the service reads from files below {@link SECRETS_DIRECTORY}. */
  readonly secrets?: readonly string[];
  /**
   * Names of the secrets that a reload takes in, read from files below {@link RELOADED_SECRETS_DIRECTORY}; a change of
   * any other restarts the service.
   */
  readonly reloadedSecrets?: readonly string[];
  /** The data volume; absent for a service without data. */
  readonly data?: DataVolume;
  /** Data of another service of the host, mounted read-only at the path that they have there. */
  readonly sharedData?: { readonly service: string; readonly path: string };
  /** Directories of the host, mounted read-only, by default at the same path. */
  readonly hostDirectories?: readonly HostDirectory[];
  /** Kernel settings of the container's own namespaces, by name. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** The only places that it may connect to; absent: any. */
  readonly reaches?: readonly Reach[];
  /** Ports of the host that lead to the service; the front's, and those that a service is sent things at. */
  readonly ports?: readonly PublishedPort[];
  /** Scripts that run inside the container at each step of its life cycle. */
  readonly hooks: Hooks;
  /** The user's additional keys for the unit, by section; one or more values each. */
  readonly unitKeys?: UnitKeys;
  /** What the user adds to it. */
  readonly added?: Additions;
  /** The program and a flag with which it only checks its arguments; absent: it finds out when it starts. */
  readonly trial?: readonly [program: string, flag: string];
  /** How long it may take to stop, in seconds; absent: 10, then it is killed. */
  readonly stopWithin?: number;
  /** How long the service may take until it is ready, in seconds. */
  readonly readyWithin: number;
}

/** Additional keys for the end of a unit's sections, in the syntax of the engine and systemd. */
export type UnitKeys = Readonly<
  Record<"Container" | "Service" | "Unit", Readonly<Record<string, readonly string[]>>>
>;

export interface User {
  readonly uid: number;
  readonly gid: number;
  /** Rootless only: run as the login user with their groups, for access to their files and sockets. */
  readonly asLoginUser?: boolean;
}

export interface DataVolume {
  /** Mount point of the volume. */
  readonly path: string;
  /** Whether the volume outlives the service. */
  readonly keep: boolean;
  /** Data of a program that ran on the host before: copied once, into a volume without data. */
  readonly import?: DataImport | undefined;
}

export interface DataImport {
  /** Directory of the host. */
  readonly directory: string;
  /** The file in it that its program holds a lock on, while it runs. */
  readonly lock: string;
  /** What users can do about a refusal. */
  readonly advice: string;
}

/** A path may begin with `%h` or `%t`, the user's home and directory of sockets: systemd.unit(5) "Specifiers". */
export type HostDirectory = string | { readonly host: string; readonly inside: string };

export function hostPath(directory: HostDirectory): string {
  return typeof directory === "string" ? directory : directory.host;
}

/** A port at an IPv4 address. */
export interface Reach {
  readonly address: string;
  readonly port: number;
}

export interface PublishedPort {
  /** Absent: all addresses, of IPv4 and IPv6. */
  readonly address?: string;
  readonly hostPort: number;
  readonly containerPort: number;
  /** Default: tcp. */
  readonly protocol?: "tcp" | "udp";
}

/** POSIX sh scripts that run inside the service's own image. */
export interface Hooks {
  /** Another service inside whose container the scripts run, because the service's own image has no shell. */
  readonly inside?: string;
  /** Checks the files before they go live, in a container of its own without network. */
  readonly check?: string;
  /** Checks data that were copied, in `/imported`, before they become the service's. */
  readonly import?: string;
  /** Succeeds once the service answers; repeated until then. */
  readonly ready: string;
  /** Activates changed files and proves it; without it, a change restarts the service. */
  readonly reload?: string;
  /** Runs after each start, once the service is ready. */
  readonly started?: string;
  /**
   * Prints a line `<object> <what> <which>` for each difference between what the service itself holds and what the files say; a
   * restart brings it about.
   */
  readonly drift?: string;
  /** An end-to-end check that prints its result; run on demand. */
  readonly verify?: string;
}

/** Path of a service's files: `current` is switched atomically from one release to the next. */
export const CONFIG_DIRECTORY = "/etc/podwatch/current/files";

/** Directory of a service's secrets. */
export const SECRETS_DIRECTORY = "/run/secrets";

/** Directory of the secrets that a reload takes in: part of a release, switched with its files. */
export const RELOADED_SECRETS_DIRECTORY = "/etc/podwatch/current/secrets";

/** Name of the unit, container, data volume and DNS name of a service. */
export function unitName(service: string): string {
  return `podwatch-${service}`;
}

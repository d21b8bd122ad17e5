// What a daemon of Docker's is told by its API: plain data, whatever makes it of them.
import type { PublishedPort } from "./service";

/** A daemon, and how it is reached. */
export interface DaemonSettings {
  /** `unix://`, `tcp://` or `ssh://`; absent: as Docker's own command line finds it. */
  readonly daemon?: string | undefined;
  /** Directory on this computer with `ca.pem`, `cert.pem` and `key.pem`. */
  readonly certificates?: string | undefined;
}

export interface DaemonContainer {
  readonly name: string;
  readonly image: string;
  readonly build?: DaemonBuild | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** For the entry point of the image; absent: those of the image. */
  readonly command?: readonly string[] | undefined;
  /** `<uid>:<gid>` */
  readonly user: string;
  readonly environment: readonly string[];
  /** Contents, by absolute path in the container. */
  readonly files: Readonly<Record<string, string>>;
  /** Where a secret is read, by its name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly volume?: { readonly path: string; readonly keep: boolean } | undefined;
  readonly ports: readonly PublishedPort[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** A program of the image that ends with 0 if the service takes its files, and the files that it needs besides. */
  readonly check?: {
    readonly command: readonly string[];
    readonly files: Readonly<Record<string, string>>;
  };
  /** Ends with 0 once the service answers. */
  readonly health?: readonly string[] | undefined;
  /** In seconds. */
  readonly readyWithin: number;
  readonly stopWithin: number;
}

export interface DaemonBuild {
  readonly containerfile: string;
  /** The context, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, string>>;
}

export interface DaemonNetwork {
  readonly name: string;
  readonly subnets: ReadonlyArray<{ readonly range: string; readonly gateway: string }>;
  readonly ipv6: boolean;
}

// The shape of jobs whose targets Prometheus finds by itself.
import type { HttpAuth, Tls } from "../../lib/auth";
import type { Job } from "./scrape.render";

export type Patterns = readonly string[];
export type Chosen = Readonly<Record<string, Patterns | Readonly<Record<string, Patterns>>>>;

export interface Presets {
  readonly keep?: Chosen | undefined;
  readonly drop?: Chosen | undefined;
  readonly labelsFrom: Readonly<Record<string, string>>;
}

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

export type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** The settings of each kind. */
export interface Discoveries<Secret = unknown> {
  readonly http: Presets & HttpAuth<Secret> & { readonly url: string; readonly refreshInterval: string };
  readonly file: Presets &
    Optional<{ readonly directory: string; readonly names: readonly string[] }> & {
      readonly files: ReadonlyArray<{ readonly name: string; readonly content: string }>;
    };
  readonly dns: Presets & {
    readonly names: readonly string[];
    readonly type: string;
    readonly port?: number | undefined;
    readonly refreshInterval: string;
  };
  readonly openstack: Presets & {
    readonly authUrl: string;
    readonly region: string;
    readonly role: string;
    readonly applicationCredential?:
      | (Optional<Record<"id" | "name" | "username" | "domain", string>> & { readonly secret: Secret })
      | undefined;
    readonly user?:
      | (Readonly<Record<"username" | "domain" | "project", string>> & { readonly password: Secret })
      | undefined;
    readonly allProjects: boolean;
    readonly availability: string;
    readonly port: number;
    readonly refreshInterval: string;
    readonly address: string;
    readonly family: string;
    readonly tls?: Tls<Secret> | undefined;
  };
  readonly ec2: Presets &
    Optional<Record<"endpoint" | "accessKey" | "roleArn", string>> & {
      readonly region: string;
      readonly secretKey?: Secret | undefined;
      readonly port: number;
      readonly refreshInterval: string;
      readonly filters: readonly Filter[];
      readonly address: string;
      readonly tls?: Tls<Secret> | undefined;
    };
  readonly consul: Presets &
    Omit<HttpAuth<Secret>, "bearerToken" | "oauth2"> &
    Optional<Record<"pathPrefix" | "datacenter" | "namespace" | "partition" | "filter", string>> & {
      readonly server: string;
      readonly scheme: string;
      readonly token?: Secret | undefined;
      readonly services: readonly string[];
      readonly tags: readonly string[];
      readonly allowStale: boolean;
      readonly port?: number | undefined;
      readonly refreshInterval: string;
      readonly healthyOnly: boolean;
    };
  readonly docker: Presets &
    HttpAuth<Secret> & {
      readonly host: string;
      readonly port: number;
      readonly hostNetworkingHost: string;
      readonly matchFirstNetwork: boolean;
      readonly refreshInterval: string;
      readonly filters: readonly Filter[];
      readonly address: string;
    };
}

export type Native = Readonly<Record<string, unknown>>;

/** A job with exactly one kind of discovery. */
export type DiscoveryJob<Secret = unknown> = Job<Secret> &
  Optional<Discoveries<Secret>> & { readonly relabel: readonly Native[] };

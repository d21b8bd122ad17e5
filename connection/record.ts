import type { Checks } from "../lib/checks";
import type { Connection } from "./connection";

/** What a deployment records of a host in its state, for the commands that come later. */
export interface HostRecord<Secret = string> {
  readonly connection: Connection<Secret>;
  /** Name of the engine that runs its services. */
  readonly engine: string;
  /** Name of the resource that installed the runner. */
  readonly runner: string;
  /** Names of the resources that applied the services, by service. */
  readonly services: Readonly<Record<string, string>>;
  /** Names of the resources that put the secrets there, by the secret's full name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** How its front is recognised; absent: as any other server is, or it speaks in clear text. */
  readonly front?: {
    /** The authority to trust, in PEM form; absent: those that the system trusts. */
    readonly ca?: Secret;
    /** Whether public authorities are to be trusted besides. */
    readonly publicToo?: boolean;
    /** Whom its certificate is for; absent: for its address, too. */
    readonly name?: string;
  };
  /** What the user wants to hold; absent: nothing. */
  readonly checks?: Checks<Secret>;
}

/** Name of the resource that stages a bundle for another one, if sudo asks for a password. */
export function stagingOf(resource: string): string {
  return `${resource}-bundle`;
}

/** The names in `allowUsers`. */
export function allowedNames(allowUsers: SshServer["allowUsers"]): string[] {
  return allowUsers.map((one) => one.replace(/@.*/, ""));
}

/** How the host's SSH server lets people in. */
export interface SshServer {
  readonly kind: "sshd";
  readonly name: "ssh";
  readonly passwords: boolean;
  readonly rootLogIn: "no" | "keys" | "passwords";
  readonly maxAuthTries: number;
  /** In seconds. */
  readonly loginGraceTime: number;
  /** Whether other hosts are reached through it. */
  readonly forwarding: boolean;
  /** Users, or `user@range`; empty: all. */
  readonly allowUsers: readonly string[];
  /** How deployments log in; absent: not at all. */
  readonly deployer?: { readonly user: string; readonly by: "key" | "password" } | undefined;
  /** How long it holds without a second log-in, in seconds. */
  readonly confirmWithin: number;
}

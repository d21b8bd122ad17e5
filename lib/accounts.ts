/** People who log in to a host. */
export interface Accounts {
  readonly kind: "accounts";
  readonly name: "accounts";
  readonly users: readonly Account[];
}

export interface Account {
  readonly name: string;
  /** Public keys for SSH, a line each. */
  readonly keys: readonly string[];
  /** Whether they may do everything as root, without a password. */
  readonly sudo: boolean;
  /** Of an account that is made. */
  readonly shell: string;
  /** Further groups of an account that is made. */
  readonly groups: readonly string[];
}

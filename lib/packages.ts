/** Packages of the host's distribution that have to be there. */
export interface Packages {
  readonly kind: "packages";
  readonly name: string;
  /** The program that is wanted, and the oldest version of it that will do. */
  readonly program: string;
  readonly minimum: string;
  /** The packages that are installed where the program is missing, by package manager; that of the program comes first. */
  readonly packages: Readonly<Record<PackageManager, readonly string[]>>;
  /** Whether a removal takes them away again where nobody else uses them. */
  readonly remove: boolean;
}

export type PackageManager = "apt" | "dnf" | "zypper" | "apk";

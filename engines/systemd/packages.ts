import type { PackageManager, Packages } from "../../lib/packages";
import { type Bundle, type Header, writeBundle } from "../bundle";

/** The bundle of packages of the distribution; the host has one of the package managers. `first` are the headers of every bundle of the engine. */
export function packagesBundle(
  { name, program, minimum, packages, remove }: Packages,
  first: readonly Header[] = [],
): Bundle {
  const managers = Object.keys(packages) as PackageManager[];
  return writeBundle(
    name,
    [
      ...first,
      ["kind", "packages"],
      ["program", program],
      ["minimum", minimum],
      ...managers.map((manager): Header => [manager, packages[manager].join(" ")]),
      ["remove", remove ? "yes" : "no"],
    ],
    [],
  );
}

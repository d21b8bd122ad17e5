// The path of a problem: in the host's entry or in the stack's section, whichever the user wrote.
import type { Path } from "../problem";
import { type Tree, valueAt } from "../walk";

/** The path of a setting: in the host's entry if set there, else in the stack. */
export type Locate = (inner: Path) => Path;

/**
 * Finds the settings of one section of one host.
 *
 * @param hostPath path of the host's entry in the stack file
 */
export function locateIn(section: string, host: Tree, hostPath: Path): Locate {
  return (inner) => {
    const own = inner.some(
      (_, index) => valueAt(host, [section, ...inner.slice(0, inner.length - index)]) !== undefined,
    );
    return own ? [...hostPath, section, ...inner] : [section, ...inner];
  };
}

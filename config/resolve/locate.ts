// Where a complaint points: at the host's entry or at the stack's section, whichever the user wrote.
import type { Path } from "../problem";
import { type Tree, valueAt } from "../walk";

/** Where the user wrote a setting of a section: in the host's entry if it is there, else in the stack. */
export type Locate = (inner: Path) => Path;

/**
 * Finds the settings of one section of one host.
 *
 * @param hostPath where the host's entry stands in the stack file
 */
export function locateIn(section: string, host: Tree, hostPath: Path): Locate {
  return (inner) => {
    const own = inner.some(
      (_, index) => valueAt(host, [section, ...inner.slice(0, inner.length - index)]) !== undefined,
    );
    return own ? [...hostPath, section, ...inner] : [section, ...inner];
  };
}

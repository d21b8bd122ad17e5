// The path of a problem: in the host's entry, in that of one of its groups, or in the stack's section, whichever the user wrote.
import type { Path } from "../problem";
import { type Tree, valueAt } from "../walk";

/** The path of a setting: in the host's entry or a group's if set there, else in the stack. */
export type Locate = (inner: Path) => Path;

/** A part of the stack file that has sections for a host. */
export interface Layer {
  readonly path: Path;
  /** The valid part of it. */
  readonly sound: Tree;
}

/** What overrides the stack's settings for a host. */
export interface Layered {
  /** The host's own entry, then its groups, the last first. */
  readonly layers: readonly Layer[];
}

/** Finds the settings of one section of one host. */
export function locateIn(section: string, { layers }: Layered): Locate {
  return (inner) => {
    const found = inner
      .map((_, index) => [section, ...inner.slice(0, inner.length - index)])
      .flatMap((path) => layers.filter(({ sound }) => valueAt(sound, path) !== undefined));
    return [...(found[0]?.path ?? []), section, ...inner];
  };
}

import type { Fragment } from "../lib/fragment";
import { unitName } from "../lib/service";
import { type Bundle, type Header, type Part, writeBundle } from "./bundle";

/** The lines between which a piece is ours in a file of lines with `#` for comments that others write to as well. */
export const OUR_PIECE: readonly Header[] = [
  ["begin", "# Podwatch: begin"],
  ["end", "# Podwatch: end"],
];

/** The bundle of a piece of a file, whose hooks run in a container; `first` are the headers of every bundle of the engine. */
export function fragmentBundle(fragment: Fragment, first: readonly Header[] = []): Bundle {
  const { markers, hooks, variants } = fragment;
  const { inside, ...scripts } = hooks;
  const headers: Header[] = [
    ...first,
    ["kind", "fragment"],
    ...fragment.files.map((file): Header => ["file", file]),
    ["begin", markers.begin],
    ["end", markers.end],
    ["ready-within", String(fragment.readyWithin)],
    ["hooks-in", unitName(inside)],
  ];
  return writeBundle(fragment.name, headers, [
    ...Object.entries(variants).map(([name, text]): Part => [`files/${name}`, text]),
    ...Object.entries(scripts).map(([name, script]): Part => [`hooks/${name}`, script]),
  ]);
}

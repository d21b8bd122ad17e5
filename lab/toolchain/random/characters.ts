// Random text from the system's secure source: every character of a set is equally likely, and so is every order.
import { randomInt } from "node:crypto";

export interface Alphabet {
  length: number;
  upper: boolean;
  lower: boolean;
  numeric: boolean;
  special: boolean;
  minUpper: number;
  minLower: number;
  minNumeric: number;
  minSpecial: number;
  overrideSpecial?: string;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** First the minimum of each class, then the rest from all classes allowed, then shuffled. */
export function randomText(wanted: Alphabet): string {
  const special = wanted.overrideSpecial || SPECIAL;
  const classes: [string, boolean, number][] = [
    [NUMERIC, wanted.numeric, wanted.minNumeric],
    [LOWER, wanted.lower, wanted.minLower],
    [UPPER, wanted.upper, wanted.minUpper],
    [special, wanted.special, wanted.minSpecial],
  ];
  const all = classes.flatMap(([characters, allowed]) => (allowed ? [...characters] : []));
  const text = classes.flatMap(([characters, , minimum]) => draw([...characters], minimum));
  return shuffle([...text, ...draw(all, wanted.length - text.length)]).join("");
}

function draw(characters: string[], count: number): string[] {
  return Array.from({ length: count }, () => characters[randomInt(characters.length)] ?? "");
}

/** Fisher and Yates: every order equally likely. */
function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] ?? "", items[last] ?? ""];
  }
  return items;
}

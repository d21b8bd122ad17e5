// Compares the inputs of two runs, naming each difference by its path, e.g. `environment.FOO` or `triggers[0]`.
import { isAsset, isObject, isSecret, type Properties, plain, UNKNOWN, unwrap, type Value } from "./values";

export type Change = "add" | "delete" | "update";
export interface Difference {
  /** The top-level property. */
  property: string;
  path: string;
  change: Change;
}

export function differences(olds: Properties, news: Properties): Difference[] {
  const found: Difference[] = [];
  for (const property of namesOf(olds, news)) {
    compare(olds[property], news[property], property, (path, change) =>
      found.push({ property, path, change }),
    );
  }
  return found;
}

/** A secret is compared as a whole: a path into it would tell what it is made of. */
function compare(
  before: Value | undefined,
  after: Value | undefined,
  path: string,
  report: (path: string, change: Change) => void,
): void {
  const old = absentIfNull(before);
  const now = absentIfNull(after);
  if (old === undefined && now === undefined) return;
  if (old === undefined) report(path, "add");
  else if (now === undefined) report(path, "delete");
  else if (isSecret(before) || isSecret(after) || isAsset(old) || isAsset(now)) {
    if (!same(plain(old), plain(now))) report(path, "update");
  } else if (Array.isArray(old) && Array.isArray(now)) {
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      compare(old[index], now[index], `${path}[${index}]`, report);
    }
  } else if (isObject(old) && isObject(now)) {
    for (const name of namesOf(old, now)) compare(old[name], now[name], `${path}${step(name)}`, report);
  } else if (!same(old, now)) {
    report(path, "update");
  }
}

function step(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function absentIfNull(value: Value | undefined): Value | undefined {
  const inner = unwrap(value);
  return inner === null ? undefined : inner;
}

function namesOf(olds: Properties, news: Properties): string[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
}

/** Deep equality, in which an unknown value equals nothing: it may turn out to be anything. */
function same(left: Value | undefined, right: Value | undefined): boolean {
  if (left === UNKNOWN || right === UNKNOWN) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => same(item, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    return namesOf(left, right).every((name) => same(left[name], right[name]));
  }
  return left === right;
}

// What an import brings together: settings with the lines that they come from, secrets apart from them, files to be copied, and
// what it could not take.
import type { Path } from "../config/problem";
import { isGroup, isTree, type Tree } from "../config/walk";
import { Places } from "./places";
import type { Origin } from "./source";

/** A line of the report. */
export interface Remark {
  readonly at: Origin;
  /** The key or the value, never a secret. */
  readonly what: string;
  readonly why: string;
  /** What the user can do about it. */
  readonly todo: string;
}

export interface FoundSecret {
  path: Path;
  /** Absent: the file that holds it is not here. */
  readonly value?: string;
  readonly at: Origin;
}

export class Draft {
  /** Sections by name; without secrets. */
  readonly settings: Tree = {};
  readonly secrets: FoundSecret[] = [];
  /** What could not be taken. */
  readonly left: Remark[] = [];
  /** What is done in another way than before. */
  readonly changed: Remark[] = [];
  /** Files to be written beside the stack file, by path relative to the project. */
  readonly files = new Map<string, string>();
  /** What addresses of the set-up before are now. */
  readonly places = new Places();
  /** Modules of the blackbox exporter that jobs name. */
  readonly modules = new Map<string, Origin>();
  /** Services that other files speak of. */
  readonly wants = new Set<"alertmanager">();
  private origins: Array<{ path: Path; at: Origin }> = [];

  set(path: Path, value: unknown, at: Origin): void {
    put(this.settings, path, value);
    this.origins.push({ path, at });
  }

  secret(path: Path, value: string | undefined, at: Origin): void {
    this.secrets.push({ path, at, ...(value === undefined ? {} : { value }) });
    // A channel is seen in the file even if it is nothing but a secret.
    const group = path.slice(0, -1);
    if (!/^(headers|secrets)$/.test(String(group.at(-1)))) put(this.settings, group, {}, false);
  }

  /** The number of items in a list, which is the index of the next. */
  count(path: Path): number {
    const list = get(this.settings, path);
    return Array.isArray(list) ? list.length : 0;
  }

  /** Where a setting, or the nearest one around it, comes from. */
  originOf(path: Path): Origin | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const found = [...this.origins, ...this.secrets].find(({ path: known }) =>
        isBelow(path.slice(0, length), known),
      );
      if (found !== undefined) return found.at;
    }
    return undefined;
  }

  /** Removes a setting; later items of its list move up. */
  cut(path: Path): boolean {
    const holder = get(this.settings, path.slice(0, -1));
    const key = path.at(-1);
    if (!isTree(holder) || key === undefined) return false;
    const had = Object.hasOwn(holder, key);
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
    const list = path.slice(0, -1);
    if (Array.isArray(holder) && holder.length === 0)
      delete (get(this.settings, list.slice(0, -1)) as Tree)[list.at(-1) ?? ""];
    const moved = this.secrets.flatMap((one) => {
      const to = movedUp(one.path, path, Array.isArray(holder));
      return to === undefined ? [] : [{ ...one, path: to }];
    });
    const cutSecret = moved.length < this.secrets.length;
    this.secrets.splice(0, this.secrets.length, ...moved);
    this.origins = this.origins.flatMap((one) => {
      const to = movedUp(one.path, path, Array.isArray(holder));
      return to === undefined ? [] : [{ ...one, path: to }];
    });
    return had || cutSecret;
  }
}

function get(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (isTree(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    tree,
  );
}

function put(tree: Tree, path: Path, value: unknown, replace = true): void {
  let at = tree;
  path.forEach((key, index) => {
    if (index === path.length - 1) {
      if (replace || !Object.hasOwn(at, key)) at[key] = value;
      return;
    }
    if (!isTree(at[key]) || !Object.hasOwn(at, key)) at[key] = typeof path[index + 1] === "number" ? [] : {};
    at = at[key] as Tree;
  });
}

const isBelow = (around: Path, path: Path) => around.every((part, index) => path[index] === part);

/** A path after `cut` is gone; undefined if it went with it. */
function movedUp(path: Path, cut: Path, ofList: boolean): Path | undefined {
  if (isBelow(cut, path)) return undefined;
  const last = cut.length - 1;
  const [index, gone] = [path[last], cut[last]];
  if (!ofList || !isBelow(cut.slice(0, -1), path) || Number(index) < Number(gone)) return path;
  return [...path.slice(0, last), Number(index) - 1, ...path.slice(last + 1)];
}

/** A copy of the settings with the secrets in their places. */
export function withSecrets(draft: Draft, standIn: (path: Path) => string): Tree {
  const tree = structuredClone(draft.settings);
  for (const { path, value } of draft.secrets) put(tree, path, value ?? standIn(path));
  return tree;
}

/** Whether there is anything in it. */
export const isEmpty = (value: unknown) => isGroup(value) && Object.keys(value).length === 0;

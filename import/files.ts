// Files that a configuration refers to: found on this computer, referred to where they are below the project, else copied.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, isAbsolute, join, posix, relative, resolve } from "node:path";
import { pattern } from "../config/resolve/files";
import type { Draft } from "./draft";

/** A directory in a container, and what it is on this computer. */
export interface Mount {
  readonly inside: string;
  readonly outside: string;
}

export class Files {
  /**
   * @param project the directory of Pulumi.yaml
   * @param base directory of the configuration, to which its paths are relative
   * @param copies where copies go, relative to the project
   */
  constructor(
    private readonly project: string,
    readonly base: string,
    private readonly mounts: readonly Mount[],
    private readonly copies: string,
    private readonly draft: Draft,
  ) {}

  /** The files on this computer that a path or pattern of the configuration means. */
  find(given: string): string[] {
    return (
      this.candidates(given)
        .map((path) => matching(path))
        .find((found) => found.length > 0) ?? []
    );
  }

  /** The text of a file that was found. */
  text(path: string): string {
    return readFileSync(path, "utf8");
  }

  /** The text of a file that the configuration refers to. */
  read(given: string): string | undefined {
    const [path] = this.find(given);
    return path === undefined ? undefined : readFileSync(path, "utf8");
  }

  /**
   * The path for the stack file; a file outside of the project is copied into a folder of that name.
   *
   * @param ending what its name has to end with, if not with one of `endings`
   */
  refer(path: string, folder: string, endings: readonly string[] = [extname(path)]): string {
    const inside = this.inProject(path);
    if (inside !== undefined && endings.includes(extname(path))) return inside;
    const name = endings.includes(extname(path)) ? basename(path) : `${basename(path)}${endings[0]}`;
    return this.write(folder, name, readFileSync(path, "utf8"));
  }

  /** A path or pattern of the project's, if it means the same there. */
  referPattern(given: string): string | undefined {
    const path = this.candidates(given).find((one) => matching(one).length > 0);
    return path === undefined || /[[\]{}\\]/.test(path) ? undefined : this.inProject(path);
  }

  /** Beside the stack file; several files with one name and different content get numbers. */
  write(folder: string, name: string, content: string): string {
    const end = extname(name);
    const stem = name.slice(0, name.length - end.length);
    for (let number = 1; ; number += 1) {
      const path = posix.join(this.copies, folder, number === 1 ? name : `${stem}-${number}${end}`);
      const there = this.draft.files.get(path);
      if (there !== undefined && there !== content) continue;
      this.draft.files.set(path, content);
      return path;
    }
  }

  private inProject(path: string): string | undefined {
    const inside = relative(this.project, path);
    return inside.startsWith("..") || isAbsolute(inside) ? undefined : inside;
  }

  /** Relative to the configuration; an absolute path is that of a container, or of this computer. */
  private candidates(given: string): string[] {
    if (!isAbsolute(given)) return [resolve(this.base, given)];
    const mounted = this.mounts
      .filter(({ inside }) => given === inside || given.startsWith(`${inside}/`))
      .sort((a, b) => b.inside.length - a.inside.length)
      .map(({ inside, outside }) => join(outside, given.slice(inside.length)));
    const [, below] =
      /^\/(?:usr\/local\/)?etc\/(?:prometheus|alertmanager|blackbox_exporter)\/(.+)$/.exec(given) ?? [];
    return [...mounted, ...(below === undefined ? [] : [resolve(this.base, below)]), given];
  }
}

function matching(path: string): string[] {
  if (!/[*?[]/.test(path)) return isFile(path) ? [path] : [];
  const parts = path.split("/");
  let found = ["/"];
  for (const [index, part] of parts.slice(1).entries()) {
    const last = index === parts.length - 2;
    found = found.flatMap((directory) => {
      const names = /[*?]/.test(part)
        ? namesIn(directory).filter((name) => pattern(part).test(name))
        : [part];
      return names.map((name) => join(directory, name)).filter((one) => (last ? isFile(one) : true));
    });
  }
  return found.sort();
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

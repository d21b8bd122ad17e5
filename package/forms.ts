// Where a stack file accepts a setting in several forms, the arguments of a program have one each, so that their types are no unions:
// `front.tls` may be switched off by `enabled`, `image` is a group with `ref` or `build`, and groups of targets have a setting of their own. The forms of a stack file work too.

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { frontTls } from "../components/nginx/front.schema";
import { scrapeJob } from "../components/prometheus/schema";
import { type Path, type Problem, samePath } from "../config/problem";
import { stack } from "../config/schema";
import { builtImage } from "../config/schema/image";
import { child, core, isTree, type Tree } from "../config/walk";

/** The place of a setting in a stack file, and the one where the program has written it. */
interface Moved {
  readonly from: Path;
  readonly to: Path;
}

/** The arguments of a program in the forms of a stack file. */
export class Forms {
  readonly problems: Problem[] = [];
  readonly given: Tree;
  private readonly moved: Moved[] = [];

  constructor(args: object) {
    this.given = this.convert(stack, args, []) as Tree;
  }

  /** Where the program has written a setting of the stack file. */
  written(path: Path): Path {
    const moved = this.moved.find(({ from }) => samePath(path.slice(0, from.length), from));
    return moved === undefined ? path : [...moved.to, ...path.slice(moved.from.length)];
  }

  private convert(schema: z.ZodType | undefined, value: unknown, path: Path): unknown {
    if (schema === undefined || !isTree(value) || isOutput(value)) return value;
    if (Array.isArray(value))
      return value.map((item, index) => this.convert(child(schema, index), item, [...path, index]));
    const inner = core(schema).schema;
    if (inner instanceof z.ZodUnion && inner.options.includes(builtImage)) return this.image(value, path);
    if (inner instanceof z.ZodUnion && inner.options.includes(frontTls) && value.enabled === false)
      return false;
    const group = inner === scrapeJob ? this.job(value, path) : value;
    return Object.fromEntries(
      Object.entries(group).map(([key, inner]) => [
        key,
        this.convert(child(schema, key), inner, [...path, key]),
      ]),
    );
  }

  private image(value: Tree, path: Path): unknown {
    const { ref, build, ...rest } = value;
    if (ref === undefined && build === undefined) return value;
    const others = Object.values(rest).some((other) => other !== undefined);
    if (others || (ref !== undefined && build !== undefined)) {
      this.problems.push({ path, text: "has more than one of ref and build; write one of the two" });
    } else this.moved.push({ from: path, to: [...path, ref === undefined ? "build" : "ref"] });
    return ref ?? build;
  }

  /** Targets with labels of their own are behind the others. */
  private job({ targetGroups, ...job }: Tree, path: Path): Tree {
    const { targets = [] } = job;
    if (targetGroups === undefined || !Array.isArray(targets)) return job;
    const from = [...path, "targets"];
    const to = [...path, "targetGroups"];
    if (!Array.isArray(targetGroups)) {
      this.moved.push({ from, to });
      return { ...job, targets: targetGroups };
    }
    targetGroups.forEach((_, index) => {
      this.moved.push({ from: [...from, targets.length + index], to: [...to, index] });
    });
    return { ...job, targets: [...targets, ...targetGroups] };
  }
}

function isOutput(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

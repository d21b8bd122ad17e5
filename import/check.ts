// Holds the settings against the checks that every deployment makes. What they refuse is left out, and told of.
import { posix } from "node:path";
import { type Context, machine } from "../config/context";
import { parse } from "../config/parse";
import { type Path, type Problem, samePath, show } from "../config/problem";
import { isTree, valueAt } from "../config/walk";
import { type Draft, withSecrets } from "./draft";
import { standIn } from "./standIn";

/** A host for the checks, where the imported files say none. */
const SOME_HOST = { address: "monitor.internal", agent: true, insecureIgnoreHostKey: true };

/**
 * Leaves out what the checks refuse, until they pass.
 *
 * @param text the stack file as it will be written
 * @returns what they still say, which nothing of the imported files explains
 */
export function settle(draft: Draft, project: string, stack: string, text: () => string): Problem[] {
  for (let round = 0; round < 100; round += 1) {
    const problems = problemsOf(draft, project, stack, text());
    const cuts = problems.flatMap((problem) => {
      const path = refused(draft, problem);
      return path === undefined ? [] : [{ path, problem }];
    });
    if (cuts.length === 0) return problems;
    // From behind, so that the indexes of what comes before stay right; what is cut whole needs no cuts inside.
    const whole = cuts.filter(
      ({ path }, index) =>
        !cuts.some(
          (other, at) =>
            at !== index && isAround(other.path, path) && (at < index || other.path.length < path.length),
        ),
    );
    for (const { path, problem } of whole.sort((a, b) => order(b.path, a.path))) leave(draft, path, problem);
  }
  return problemsOf(draft, project, stack, text());
}

function problemsOf(draft: Draft, project: string, stack: string, text: string): Problem[] {
  const tree = withSecrets(draft, standIn);
  const parsed = parse(
    { ...tree, host: { ...SOME_HOST, ...(tree.host as object) } },
    contextOf(draft, project, stack, text),
  );
  const problems = "problems" in parsed ? parsed.problems : [];
  // What the user still has to type cannot be right yet.
  const open = draft.secrets.filter(({ value }) => value === undefined);
  return problems.filter(({ path }) => !open.some((secret) => samePath(secret.path, path)));
}

function contextOf(draft: Draft, project: string, stack: string, text: string): Context {
  const real = machine(project, stack, () => true);
  return {
    ...real,
    stackFile: () => text,
    readFile: (path) => draft.files.get(posix.normalize(path)) ?? real.readFile(path),
    agent: () => ({ socket: "", state: "ready" }),
  };
}

/** The smallest part of the settings that a problem is about; none for a placeholder. Without one of its matchers, a route would take more alerts. */
function refused(draft: Draft, problem: Problem): Path | undefined {
  // The user's own value belongs there.
  if (problem.alone) return undefined;
  const matchers = problem.path.findIndex((part) => /matchers$/i.test(String(part)));
  const path = matchers < 0 ? problem.path : problem.path.slice(0, matchers);
  for (let length = path.length; length > 1; length -= 1) {
    const part = path.slice(0, length);
    const holder = valueAt(draft.settings, part.slice(0, -1));
    const isThere = isTree(holder) && Object.hasOwn(holder, part.at(-1) ?? "");
    const isSecret = draft.secrets.some((secret) => samePath(secret.path, part));
    if ((isThere || isSecret) && draft.originOf(part) !== undefined) return part;
  }
  return undefined;
}

function leave(draft: Draft, path: Path, problem: Problem): void {
  const at = draft.originOf(path);
  if (at === undefined || !draft.cut(path)) return;
  const [why = "", ...todo] = problem.text.split("; ");
  draft.left.push({
    at,
    what: show(problem.path),
    why,
    todo: todo.join("; ") || "write it in the stack file by hand",
  });
}

const isAround = (around: Path, path: Path) => around.every((part, index) => path[index] === part);

function order(a: Path, b: Path): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [one, other] = [a[at], b[at]];
  if (at < 0 || other === undefined) return a.length - b.length;
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one) < String(other) ? -1 : 1;
}

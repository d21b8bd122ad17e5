// Turns the arguments of a program into checked settings, as config/load.ts does with a stack file.
import { type Context, machine } from "../config/context";
import { refusal, type Settings, withSecrets } from "../config/load";
import { parse } from "../config/parse";
import { type Path, type Problem, tidy } from "../config/problem";
import { isTree, type Tree } from "../config/walk";
import { named, Outputs } from "./outputs";

/**
 * The settings that the arguments describe, complete with defaults.
 *
 * @param title of the component, for errors
 * @param given its arguments, as a stack file below `podwatch:`
 * @param naming how the component names a setting of the stack file
 * @throws RunError that lists all problems
 */
export function settingsOf(
  title: string,
  args: object,
  context: Context = machine(process.cwd(), "", () => true),
  naming = (path: Path): Path => path,
): Settings {
  const refused = (problems: readonly Problem[]) =>
    refusal(
      `${title} has`,
      tidy(problems).map(({ path, text }) => `${named(naming(path))}: ${text}`),
    );
  const outputs = new Outputs(args);
  const given = outputs.settings;
  const parsed = parse(given, { ...context, ...withoutStackFile(given) });
  const problems = outputs.problems("problems" in parsed ? parsed.problems : []);
  if ("problems" in parsed || problems.length > 0) throw refused(problems);
  const settings = withSecrets(parsed.settings, (text) => outputs.secret(text));
  const forgotten = outputs.forgotten(settings);
  if (forgotten.length > 0)
    throw refused(
      forgotten.map((path) => ({
        path,
        text: "is an Output, which would become plain text; write it elsewhere",
      })),
    );
  return settings;
}

/** There is no stack file: whatever is secret is encrypted, since it becomes a Pulumi secret. */
function withoutStackFile(given: Tree): Pick<Context, "isSecret" | "stackFile"> {
  return { isSecret: (key) => isTree(given[key]), stackFile: () => "" };
}

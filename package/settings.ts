// Turns the arguments of a program into checked settings, as config/load.ts does with a stack file.
import { machine } from "../config/context";
import { refusal, type Settings, withSecrets } from "../config/load";
import { parse } from "../config/parse";
import { type Problem, tidy } from "../config/problem";
import { isTree } from "../config/walk";
import type { MonitoringStackArgs } from "./arguments";
import { named, Outputs } from "./outputs";

/**
 * The settings that the arguments describe, complete with defaults.
 *
 * @param name of the component, for errors
 * @throws RunError that lists all problems
 */
export function settingsOf(name: string, args: MonitoringStackArgs): Settings {
  const outputs = new Outputs(args);
  const given = outputs.settings;
  // There is no stack file: whatever is secret is encrypted, since it becomes a Pulumi secret.
  const context = machine(process.cwd(), "", (key) => isTree(given[key]));
  const parsed = parse(given, { ...context, stackFile: () => "" });
  const problems = outputs.problems("problems" in parsed ? parsed.problems : []);
  if ("problems" in parsed || problems.length > 0) throw refused(name, problems);
  const settings = withSecrets(parsed.settings, (text) => outputs.secret(text));
  const forgotten = outputs.forgotten(settings);
  if (forgotten.length > 0)
    throw refused(
      name,
      forgotten.map((path) => ({
        path,
        text: "is an Output, which would become plain text; write it elsewhere",
      })),
    );
  return settings;
}

function refused(name: string, problems: readonly Problem[]): Error {
  const lines = tidy(problems).map(({ path, text }) => `${named(path)}: ${text}`);
  return refusal(`MonitoringStack ${name} has`, lines);
}

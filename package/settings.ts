// Turns the arguments of a program into checked settings, as config/load.ts does with a stack file.
import { type Context, machine } from "../config/context";
import { refusal, type Settings, tellExceptions, withSecrets } from "../config/load";
import { parse } from "../config/parse";
import { type Path, type Problem, quote, tidy } from "../config/problem";
import type { Settings as PlainSettings } from "../config/schema";
import { isTree } from "../config/walk";
import { Forms } from "./forms";
import { named, Outputs } from "./outputs";
import { withUnknownHosts } from "./unknownHosts";

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
  const forms = new Forms(args);
  const outputs = new Outputs(forms.given);
  const refused = refusals(title, (path) => naming(forms.written(path)));
  const check = checkOf(outputs, context, refused, forms.problems);
  const checked = check();
  const settings = withSecrets(checked, (text) => outputs.secret(text));
  const forgotten = outputs.forgotten(settings);
  if (forgotten.length > 0)
    throw refused(
      forgotten.map((path) => ({
        path,
        text: "is an Output, which would become plain text; write it elsewhere",
      })),
    );
  tellExceptions(checked);
  return withUnknownHosts(settings, outputs, check);
}

type Refuse = (problems: readonly Problem[], host?: string) => Error;

/** Errors that name settings as the component does; with a host, that one is the only one that is not touched. */
export function refusals(title: string, naming = (path: Path): Path => path): Refuse {
  return (problems, host) =>
    refusal(
      `${title} has`,
      tidy(problems).map(({ path, text }) => `${named(naming(path))}: ${text}`),
      host && `host ${host} was not touched`,
    );
}

/**
 * What checks the arguments, and gives the settings as far as they are known.
 *
 * @param known problems that are known already
 * @throws Error that lists all problems; the second time, for a host whose connection is known only then
 */
export function checkOf(
  outputs: Outputs,
  context: Context,
  refused: Refuse,
  known: readonly Problem[] = [],
): (host?: string) => PlainSettings {
  let first: PlainSettings | undefined;
  return (host) => {
    const given = outputs.settings;
    const parsed = parse(given, {
      ...context,
      // There is no stack file: whatever is secret is encrypted, since it becomes a Pulumi secret.
      isSecret: (key) => isTree(given[key]),
      stackFile: () => "",
      isUnknown: (problem) => outputs.isUnknown(problem),
    });
    const problems = [
      ...known,
      ...("problems" in parsed
        ? outputs.problems(parsed.problems)
        : [...outputs.problems([]), ...lateIpv6(first ?? parsed.settings, parsed.settings)]),
    ];
    if ("problems" in parsed || problems.length > 0) throw refused(problems, host);
    first ??= parsed.settings;
    return parsed.settings;
  };
}

/** Networks get IPv6 if an address needs it, but have been made by when that is known. */
function lateIpv6(first: PlainSettings, now: PlainSettings): Problem[] {
  return now.hosts.flatMap(({ name, network: { subnet6 } }, index) =>
    subnet6 === first.hosts[index]?.network.subnet6
      ? []
      : [
          {
            path: ["network", "subnet6"],
            text: `is missing, and the Prometheus of ${name} needs IPv6 for an address that was an Output; write ${quote(subnet6)}`,
          },
        ],
  );
}

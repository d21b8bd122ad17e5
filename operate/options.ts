import { parseArgs } from "node:util";

/** Kind of an option: required, optional, or a switch. */
export type Kind = "needed" | "optional" | "switch";

type Values<Options extends Readonly<Record<string, Kind>>> = {
  readonly [Name in keyof Options]: Options[Name] extends "needed"
    ? string
    : Options[Name] extends "optional"
      ? string | undefined
      : boolean;
};

/** Not an error: `--help` asks what a command takes. */
export class Help extends Error {
  constructor(
    readonly command: string,
    readonly kinds: Readonly<Record<string, Kind>>,
  ) {
    super(`${command} --help`);
  }
}

/**
 * Reads the options of a command.
 *
 * @param command name of the command, for errors
 * @param shorts letters for options, by the option's name
 * @throws Error that names the option and lists the command's options
 * @throws Help when `--help` is among the arguments
 */
export function readOptions<const Options extends Readonly<Record<string, Kind>>>(
  command: string,
  kinds: Options,
  args: readonly string[],
  shorts: Readonly<Record<string, string>> = {},
): Values<Options> {
  if (args.includes("--help")) throw new Help(command, kinds);
  const taken = Object.keys(kinds)
    .map((name) => `--${name}`)
    .join(", ");
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      {
        type: kind === "switch" ? ("boolean" as const) : ("string" as const),
        ...(shorts[name] === undefined ? {} : { short: shorts[name] }),
      },
    ]),
  );
  let values: Readonly<Record<string, unknown>>;
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    const [reason] = (error as Error).message.split(". ", 1);
    throw new Error(`${reason}: ${command} takes ${taken}`);
  }
  for (const [name, kind] of Object.entries(kinds)) {
    if (kind === "needed" && !values[name])
      throw new Error(`--${name} is missing: ${command} takes ${taken}`);
  }
  return Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      kind === "switch" ? values[name] === true : values[name],
    ]),
  ) as Values<Options>;
}

/** @throws Error unless it is one of them */
export function oneOf<const Word extends string>(name: string, words: readonly Word[], given: string): Word {
  const found = words.find((word) => word === given);
  if (found === undefined)
    throw new Error(`--${name} ${JSON.stringify(given)} is none of ${words.join(", ")}`);
  return found;
}

/** @throws Error unless it is a whole number of at least `least` */
export function wholeNumber(name: string, given: string, least: number): number {
  if (!/^\d{1,9}$/.test(given) || Number(given) < least) {
    throw new Error(`--${name} ${JSON.stringify(given)} is not a number: give a whole number from ${least}`);
  }
  return Number(given);
}

import { type Kind, readOptions, wholeNumber } from "./options";

export interface Arguments {
  readonly stack: string | undefined;
  readonly host: string | undefined;
  readonly service: string | undefined;
  readonly json: boolean;
  /** File for the result as that of tests. */
  readonly junit?: string | undefined;
  /** In seconds. */
  readonly timeout: number | undefined;
  readonly follow: boolean;
  readonly lines: number;
  /** Directory that backups are written to. */
  readonly to: string | undefined;
  /** Directory that backups are read from. */
  readonly from: string | undefined;
  /** Name of the host whose backup is restored. */
  readonly fromHost: string | undefined;
  /** A backup that hosts made by themselves. */
  readonly snapshot: string | undefined;
  readonly force: boolean;
  /** Whether hosts are deployed one after another. */
  readonly rolling?: boolean | undefined;
  /** How many of them at once. */
  readonly size?: number | undefined;
  /** Between them, in seconds. */
  readonly pause?: number | undefined;
  readonly noVerify?: boolean | undefined;
  /** Not to be asked. */
  readonly yes?: boolean | undefined;
  readonly diff?: boolean | undefined;
  /** Default: the project's file of the stack. */
  readonly configFile?: string | undefined;
  /** Names of stacks, with commas between them. */
  readonly stacks?: string | undefined;
  /** How many of them at once. */
  readonly parallel?: number | undefined;
  /** Whether further ones begin after a failure. */
  readonly keepGoing?: boolean | undefined;
  /** A login user of hosts. */
  readonly user: string | undefined;
  /** Their home directory there. */
  readonly home: string | undefined;
  /** What follows the options, where a command takes more: a host, and a command for it. */
  readonly words?: readonly string[];
}

interface OptionKind {
  /** Name of its value in `--help`; without one it is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly about: string;
}

/** The options of all commands. */
export const OPTIONS = {
  stack: { value: "STACK", short: "s", about: "the stack; default: the selected one" },
  host: { value: "HOST", about: "this host only" },
  service: { value: "SERVICE", about: "this service only, such as grafana" },
  json: { about: "print JSON" },
  junit: { value: "FILE", about: "write the result as JUnit XML, too" },
  timeout: {
    value: "SECONDS",
    about: "how long a host may take to answer, and each check of verify to succeed (60)",
  },
  follow: { short: "f", about: "go on until interrupted" },
  lines: { value: "LINES", short: "n", about: "how many lines of each service (50)" },
  to: { value: "DIRECTORY", about: "directory of the backup: new or empty" },
  from: { value: "DIRECTORY", about: "the backup" },
  "from-host": { value: "HOST", about: "the host that was backed up, if it had another name" },
  snapshot: {
    value: "SNAPSHOT",
    about: "instead of --from: a backup that npm run backups lists, or latest",
  },
  force: { about: "replace existing data" },
  rolling: { about: "one host after another, in the order of --host or of the stack file" },
  size: { value: "HOSTS", about: "with --rolling: how many hosts at once (1)" },
  pause: { value: "SECONDS", about: "with --rolling: how long to wait in between (0)" },
  "no-verify": { about: "with --rolling: do not verify a host before the next one" },
  yes: { short: "y", about: "do not ask" },
  diff: { about: "show the changed lines" },
  "config-file": { value: "FILE", about: "the stack file; default: the project's" },
  stacks: { value: "STACKS", about: "the stacks, with commas between them; * stands for any letters" },
  parallel: { value: "STACKS", about: "how many stacks at once (4)" },
  "keep-going": { about: "go on with further stacks after a failure" },
  user: { value: "USER", about: "the login user of the stack file" },
  home: { value: "DIRECTORY", about: "their home directory on the host (/home/USER)" },
} as const satisfies Readonly<Record<string, OptionKind>>;

export type Option = keyof typeof OPTIONS;

/**
 * @param command name of the command, for errors
 * @param taken the options that it takes
 * @throws Error that names the argument and the valid ones
 */
export function parseArguments(
  command: string,
  taken: readonly Option[],
  args: readonly string[],
): Arguments {
  const kinds = Object.fromEntries(taken.map((name) => [name, kindOf(OPTIONS[name])]));
  const values: Readonly<Record<string, string | boolean | undefined>> = readOptions(
    command,
    kinds,
    args,
    SHORTS,
  );
  const text = (name: Option) => values[name] as string | undefined;
  const given = (name: Option) => (values[name] === true ? true : undefined);
  const number = (name: Option) => {
    const given = text(name);
    return given === undefined ? undefined : wholeNumber(name, given, 1);
  };
  return {
    stack: text("stack"),
    host: text("host"),
    service: text("service"),
    json: values.json === true,
    junit: text("junit"),
    timeout: number("timeout"),
    follow: values.follow === true,
    lines: number("lines") ?? 50,
    to: text("to"),
    from: text("from"),
    fromHost: text("from-host"),
    snapshot: text("snapshot"),
    force: values.force === true,
    rolling: given("rolling"),
    size: number("size"),
    pause: number("pause"),
    noVerify: given("no-verify"),
    yes: given("yes"),
    diff: given("diff"),
    configFile: text("config-file"),
    stacks: text("stacks"),
    parallel: number("parallel"),
    keepGoing: given("keep-going"),
    user: text("user"),
    home: text("home"),
  };
}

/**
 * Of a command that takes a host and a command for it: what follows the options is the user's, and may look like options of ours.
 *
 * @throws Error as {@link parseArguments}
 */
export function parseWithWords(
  command: string,
  taken: readonly Option[],
  args: readonly string[],
): Arguments {
  let at = 0;
  while (args[at]?.startsWith("-") && args[at] !== "--") {
    const [word = ""] = args[at]?.split("=", 1) ?? [];
    const name = word.startsWith("--") ? word.slice(2) : (shortNamed(word.slice(1, 2)) ?? "");
    const takesNext = !args[at]?.includes("=") && (word.startsWith("--") || word.length === 2);
    at += takesNext && name in OPTIONS && "value" in OPTIONS[name as Option] ? 2 : 1;
  }
  const words = args.slice(args[at] === "--" ? at + 1 : at);
  return { ...parseArguments(command, taken, args.slice(0, at)), words };
}

function shortNamed(letter: string): string | undefined {
  return Object.entries<OptionKind>(OPTIONS).find(([, { short }]) => short === letter)?.[0];
}

function kindOf({ value }: OptionKind): Kind {
  return value === undefined ? "switch" : "optional";
}

const SHORTS = Object.fromEntries(
  Object.entries<OptionKind>(OPTIONS).flatMap(([name, { short }]) =>
    short === undefined ? [] : [[name, short]],
  ),
);

import { parseArgs } from "node:util";

export interface Arguments {
  readonly stack: string | undefined;
  readonly host: string | undefined;
  readonly service: string | undefined;
  readonly json: boolean;
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
  readonly force: boolean;
}

const OPTIONS = {
  stack: { type: "string", short: "s" },
  host: { type: "string" },
  service: { type: "string" },
  json: { type: "boolean" },
  timeout: { type: "string" },
  follow: { type: "boolean", short: "f" },
  lines: { type: "string", short: "n" },
  to: { type: "string" },
  from: { type: "string" },
  "from-host": { type: "string" },
  force: { type: "boolean" },
} as const;

export type Option = keyof typeof OPTIONS;

/** What each command takes besides `--stack` and `--host`. */
const TAKEN: Readonly<Record<string, readonly Option[]>> = {
  status: ["json", "timeout"],
  verify: ["json", "timeout"],
  drift: ["json", "timeout"],
  repair: ["json"],
  logs: ["service", "follow", "lines"],
  backup: ["service", "to", "json"],
  restore: ["service", "from", "from-host", "force", "json"],
};

/** What a command takes. */
export function optionsOf(command: string): readonly Option[] {
  return ["stack", "host", ...(TAKEN[command] ?? [])];
}

/** @throws Error that names the argument and what would do */
export function parseArguments(command: string, args: readonly string[]): Arguments {
  const names = optionsOf(command);
  const options = Object.fromEntries(names.map((name) => [name, OPTIONS[name]]));
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    values = parseArgs({ args: [...args], options, strict: true, allowPositionals: false })
      .values as typeof values;
  } catch (error) {
    const [reason] = (error as Error).message.split(". ", 1);
    throw new Error(`${reason}: ${command} takes ${names.map((name) => `--${name}`).join(", ")}`);
  }
  const text = (name: Option) => values[name] as string | undefined;
  return {
    stack: text("stack"),
    host: text("host"),
    service: text("service"),
    json: values.json === true,
    timeout: wholeNumber("timeout", text("timeout")),
    follow: values.follow === true,
    lines: wholeNumber("lines", text("lines")) ?? 50,
    to: text("to"),
    from: text("from"),
    fromHost: text("from-host"),
    force: values.force === true,
  };
}

function wholeNumber(name: Option, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text)) {
    throw new Error(
      `--${name} ${JSON.stringify(text)} is not a number: give a whole one from 1, such as --${name} 60`,
    );
  }
  return text === undefined ? undefined : Number(text);
}

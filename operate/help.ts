import { OPTIONS, type Option } from "./arguments";
import { COMMANDS, type Command } from "./commands";

/** What `--help` prints: of one command, or the list of all. */
export function help(name: string): string {
  const command = COMMANDS[name];
  const lines = command === undefined ? allCommands() : oneCommand(name, command);
  return [...lines, "See docs/operating.md.", ""].join("\n");
}

function allCommands(): string[] {
  return [
    "npm run COMMAND -- --stack STACK",
    "",
    ...Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`),
    "",
    "npm run COMMAND -- --help lists its options.",
  ];
}

function oneCommand(name: string, { about, begins, takes, words }: Command): string[] {
  const stack = takes.includes("stack") ? "--stack STACK " : begins === undefined ? "" : `${begins} `;
  return [
    `npm run ${name} -- ${stack}[OPTION...]${words === undefined ? "" : ` ${words}`}: ${about}`,
    "",
    ...takes.map(describe),
  ];
}

function describe(name: Option): string {
  const option = OPTIONS[name];
  const value = "value" in option ? option.value : "";
  return `  ${`--${name} ${value}`.padEnd(18)} ${option.about}`;
}

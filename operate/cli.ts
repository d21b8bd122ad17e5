// `npm run COMMAND -- --stack S`, where COMMAND is one of ./commands; docs/operating.md, "Looking after it", says how to use them.
import { type Arguments, parseArguments, parseWithWords } from "./arguments";
import { COMMANDS, type Command } from "./commands";
import { help } from "./help";

async function main(): Promise<number> {
  const [name = "", ...rest] = process.argv.slice(2);
  const command = COMMANDS[name];
  const ours = command?.words === undefined ? rest : rest.slice(0, 1);
  if ([name, ...ours].some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(help(name));
    return 0;
  }
  if (command === undefined) {
    throw new Error(`unknown command ${JSON.stringify(name)}: use ${Object.keys(COMMANDS).join(", ")}`);
  }
  return command.run(argumentsOf(command, name, rest));
}

function argumentsOf({ begins, takes, words }: Command, name: string, rest: readonly string[]): Arguments {
  if (words !== undefined) return parseWithWords(name, takes, rest);
  if (begins === undefined || rest[0]?.startsWith("-")) return parseArguments(name, takes, rest);
  return { ...parseArguments(name, takes, rest.slice(1)), words: rest.slice(0, 1) };
}

main().then(
  // Unanswered requests to hosts would keep the process alive.
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`podwatch: ${error.message}\n`);
    process.exit(1);
  },
);

// `node deliver/run.js preview|comment|staging|production|notify ...`; docs/delivery.md says how pipelines use them.
import { COMMANDS } from "./commands";
import { Help } from "./options";

async function main(): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new Error(`unknown command ${JSON.stringify(name)}: use ${Object.keys(COMMANDS).join(", ")}`);
  }
  return command(args);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    if (error instanceof Help) {
      process.stdout.write(`${error.message}\n`);
      process.exit(0);
    }
    process.stderr.write(`deliver: ${error.message}\n`);
    process.exit(1);
  },
);

// `node deliver/run.js preview|comment|staging|production|notify ...`; docs/delivery.md says how pipelines use them.
import { Help } from "../operate/options";
import { COMMANDS } from "./commands";

async function main(): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new Error(`unknown command ${JSON.stringify(name)}: use ${Object.keys(COMMANDS).join(", ")}`);
  }
  return command(args);
}

/** What `--help` prints. */
function usage({ command, kinds }: Help): string {
  const words = Object.entries(kinds).map(([name, kind]) => {
    const text = kind === "switch" ? `--${name}` : `--${name} ${name.toUpperCase()}`;
    return kind === "needed" ? text : `[${text}]`;
  });
  return `npm run deliver:${command} -- ${words.join(" ")}\ndocs/delivery.md explains them.`;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    if (error instanceof Help) {
      process.stdout.write(`${usage(error)}\n`);
      process.exit(0);
    }
    process.stderr.write(`deliver: ${error.message}\n`);
    process.exit(1);
  },
);

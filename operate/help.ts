import { type Option, optionsOf } from "./arguments";

const COMMANDS: Readonly<Record<string, string>> = {
  status: "every service on every host; exit code 3 when one is not active or not ready",
  verify:
    "whether the stack does what it is there for, asked through the front; exit code 3 when a check fails",
  drift: "what differs on the hosts from what was applied; exit code 2 when something does",
  repair: "applies again what differs, and only that",
  logs: "the last lines of each service, and of systemd about it",
  backup: "one archive for each data volume, and a manifest",
  restore: "puts the data of a backup in the place of those on a host",
};

/** The value that an option takes, if any, and what it is for. */
const OPTIONS: Readonly<Record<Option, readonly [value: string, text: string]>> = {
  stack: ["STACK", "the stack; default: the one that is selected"],
  host: ["HOST", "this host only"],
  service: ["SERVICE", "this service only, such as grafana"],
  json: ["", "print JSON"],
  timeout: ["SECONDS", "how long a host may take to answer, and each check of verify to succeed (60)"],
  follow: ["", "go on until interrupted"],
  lines: ["LINES", "how many lines of each service (50)"],
  to: ["DIRECTORY", "where the backup goes: new or empty"],
  from: ["DIRECTORY", "the backup"],
  "from-host": ["HOST", "the host that was backed up, where it had another name"],
  force: ["", "replace data that are there"],
};

/** What `--help` prints: of one command, or the list of all. */
export function help(command: string): string {
  const about = COMMANDS[command];
  const lines =
    about === undefined
      ? [
          "npm run COMMAND -- --stack STACK",
          "",
          ...Object.entries(COMMANDS).map(([name, text]) => `  ${name.padEnd(8)} ${text}`),
          "",
          "npm run COMMAND -- --help lists its options.",
        ]
      : [
          `npm run ${command} -- --stack STACK [OPTION...]: ${about}`,
          "",
          ...optionsOf(command).map(describe),
        ];
  return [...lines, "docs/operating.md tells more.", ""].join("\n");
}

function describe(name: Option): string {
  const [value, text] = OPTIONS[name];
  return `  ${`--${name} ${value}`.padEnd(18)} ${text}`;
}

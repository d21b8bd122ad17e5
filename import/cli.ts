// `npm run import -- --prometheus prometheus.yml ...`; docs/importing.md says how to use it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Help, readOptions } from "../operate/options";
import { importFiles } from "./import";
import { report } from "./report";
import { storeSecrets } from "./secrets";

const HELP = `npm run import -- [OPTION...]: writes a stack file that does what your files do

  --prometheus FILE      Prometheus' configuration, prometheus.yml
  --alertmanager FILE    Alertmanager's configuration, alertmanager.yml
  --compose FILE         a compose file; the configuration of its Prometheus and Alertmanager is imported, too
  --ansible-vars FILES   variables of the collection prometheus.prometheus or of roq-monitor; several with commas between
  --rules FILES          rule files besides those that Prometheus' configuration names; several with commas between
  --stack STACK          name of the stack, and of the file Pulumi.STACK.yaml (imported)
  --secrets              write nothing, but store the secrets in the stack file of an earlier import

See docs/importing.md.
`;

const OPTIONS = {
  prometheus: "optional",
  alertmanager: "optional",
  compose: "optional",
  "ansible-vars": "optional",
  rules: "optional",
  stack: "optional",
  secrets: "switch",
} as const;

function main(): number {
  const {
    stack = "imported",
    secrets,
    ...named
  } = readOptions("import", OPTIONS, process.argv.slice(2), { stack: "s" });
  const given = {
    ...named,
    "ansible-vars": named["ansible-vars"]?.split(","),
    rules: named.rules?.split(","),
  };
  const project = process.cwd();
  const file = `Pulumi.${stack}.yaml`;
  if (Object.values(given).every((value) => value === undefined))
    throw new Error(
      "there is nothing to import: name a file with --prometheus, --alertmanager, --compose, --ansible-vars or --rules",
    );
  const before = secrets ? "" : initialised(join(project, file));
  const { draft, text, problems } = importFiles(given, project, stack);
  if (!secrets) write(project, file, before + text, draft.files);
  const { stored, reason } = storeSecrets(draft.secrets, project, stack);
  process.stdout.write(
    report({ file, stack, draft, stored, notStored: reason, problems, onlySecrets: secrets }),
  );
  return problems.length === 0 ? 0 : 3;
}

/** What `pulumi stack init` writes into a stack file, its encryption: that stays, anything else is never overwritten. */
function initialised(file: string): string {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const others = text
    .split("\n")
    .filter((line) => !/^((encryptionsalt|secretsprovider|encryptedkey):.*|#.*|\s*)$/.test(line));
  if (others.length > 0) refuse(basename(file));
  return text;
}

function write(project: string, file: string, text: string, copies: ReadonlyMap<string, string>): void {
  for (const path of copies.keys()) if (existsSync(join(project, path))) refuse(path);
  for (const [path, content] of copies) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content, { flag: "wx" });
  }
  writeFileSync(join(project, file), text);
}

function refuse(path: string): never {
  throw new Error(
    `${path} exists and is not overwritten: remove or rename it, or name another stack with --stack`,
  );
}

try {
  process.exitCode = main();
} catch (error) {
  if (error instanceof Help) process.stdout.write(HELP);
  else {
    process.stderr.write(`podwatch: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

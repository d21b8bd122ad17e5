// `npm run import -- --prometheus prometheus.yml ...`; docs/importing.md says how to use it.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Help, readOptions } from "../operate/options";
import { importFiles } from "./import";
import { report } from "./report";

const HELP = `npm run import -- [OPTION...]: writes a stack file that does what your files do

  --prometheus FILE      Prometheus' configuration, prometheus.yml
  --stack STACK          name of the stack, and of the file Pulumi.STACK.yaml (imported)

See docs/importing.md.
`;

function main(): number {
  const options = readOptions(
    "import",
    { prometheus: "optional", stack: "optional" },
    process.argv.slice(2),
    { stack: "s" },
  );
  const { stack = "imported", ...given } = options;
  const project = process.cwd();
  const file = `Pulumi.${stack}.yaml`;
  if (Object.values(given).every((value) => value === undefined))
    throw new Error("there is nothing to import: name a file with --prometheus");
  refuseExisting(project, file);
  const { draft, text, problems } = importFiles(given, project, stack);
  const copies = [...draft.files];
  for (const [path] of copies) refuseExisting(project, path);
  for (const [path, content] of [...copies, [file, text] as const]) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content, { flag: "wx" });
  }
  process.stdout.write(report({ file, stack, draft, stored: [], problems }));
  return problems.length === 0 ? 0 : 3;
}

function refuseExisting(project: string, path: string): void {
  if (!existsSync(join(project, path))) return;
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

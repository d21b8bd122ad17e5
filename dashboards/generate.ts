// `npm run dashboards`: writes dashboards/json/ from the sources beside this file.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateAll } from "./all";

const DIRECTORY = join(process.cwd(), "dashboards", "json");

const generated = generateAll();
mkdirSync(DIRECTORY, { recursive: true });
for (const file of readdirSync(DIRECTORY)) {
  if (generated[file] === undefined) {
    rmSync(join(DIRECTORY, file));
  }
}
for (const [file, text] of Object.entries(generated)) {
  writeFileSync(join(DIRECTORY, file), text);
}

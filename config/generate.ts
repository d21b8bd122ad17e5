// Writes what is generated from the schema: `npm run docs:config`.
import { mkdirSync, writeFileSync } from "node:fs";
import { caseCounts } from "../tests/rules/counts";
import { alertsPage } from "./generate/alertsPage";
import { stackFileSchema } from "./generate/jsonSchema";
import { configurationPage } from "./generate/page";

mkdirSync("docs", { recursive: true });
writeFileSync("podwatch.schema.json", `${JSON.stringify(stackFileSchema(), null, 2)}\n`);
writeFileSync("docs/configuration.md", configurationPage());
writeFileSync("docs/alerts.md", alertsPage(caseCounts()));

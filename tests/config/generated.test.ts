// What is generated from the schema and the rules is what is kept. `npm run docs:config` writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { kindNames } from "../../components/alertmanager/receivers/kinds";
import { alertsPage } from "../../config/generate/alertsPage";
import { type JsonSchema, stackFileSchema } from "../../config/generate/jsonSchema";
import { configurationPage } from "../../config/generate/page";
import { stack } from "../../config/schema";
import { settingPaths } from "../../config/walk";
import { caseCounts } from "../rules/counts";

const writing = process.env.PODWATCH_DOCS === "write";

const outdated = (name: string) => `${name} is not up to date; type: npm run docs:config`;

/** A readable failure in place of a diff of a thousand lines. */
function expectSame(name: string, made: string): void {
  if (writing) writeFileSync(name, made);
  if (readFileSync(name, "utf8") !== made) throw new Error(outdated(name));
}

test("the editors' schema is up to date", () => {
  expectSame("podwatch.schema.json", `${JSON.stringify(stackFileSchema(), null, 2)}\n`);
});

test("the configuration reference is up to date", () => {
  expectSame("docs/configuration.md", configurationPage());
});

test("the list of alerts is up to date", () => {
  expectSame("docs/alerts.md", alertsPage(caseCounts()));
});

/** Each setting in one of these has a row of its own. */
const GROUPS = [
  "retention",
  "agent",
  "nativeHistograms",
  "route",
  "deadMansSwitch",
  "release",
  "sha256",
  "collectors",
  "keep",
  "resources",
  "history",
  "logs",
  ...kindNames,
] as const;

test("every setting is described, here and in editors", () => {
  const page = configurationPage();
  const names = settingPaths(stack)
    .filter((path) => !insideAnAlert(path))
    .flatMap((path) => path.at(-1) ?? []);
  expect(names.length).toBeGreaterThan(100);
  const rows = names.filter((name) => !(name in stack.shape) && !GROUPS.some((group) => group === name));
  for (const name of rows) {
    expect(page).toMatch(new RegExp(`^\\| \`(\\w+\\.)*${name}\` \\| [^|]+ \\| [^|]+ \\| [^|]{10,} \\|`, "m"));
  }
  expect(undescribed(stackFileSchema())).toEqual([]);
});

/** The settings of one alert stand on its own page. */
function insideAnAlert(path: readonly string[]): boolean {
  const at = path.indexOf("alerts");
  return at >= 0 && path.length > at + 2;
}

function undescribed(schema: JsonSchema, path = ""): string[] {
  const groups = { ...schema.properties, ...schema.definitions };
  return Object.entries(groups).flatMap(([key, inner]) => {
    const here = `${path}/${key}`;
    const bare = inner.description === undefined && inner.allOf === undefined && key !== "secure";
    return [...(bare ? [here] : []), ...undescribed(inner, here)];
  });
}

test("in editors a secret is what Pulumi encrypted, and an image has no default that would age", () => {
  const { grafana, hostEntry } = stackFileSchema().definitions ?? {};
  const { adminPassword, image } = grafana?.properties ?? {};
  expect(adminPassword).toMatchObject({ type: "object", required: ["secure"] });
  expect(image).not.toHaveProperty("default");
  expect(grafana?.required).toBeUndefined();
  expect(hostEntry?.required).toBeUndefined();
});

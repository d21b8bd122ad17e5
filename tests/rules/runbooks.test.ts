// Every shipped alert says enough, and has a page that says more.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALERTS } from "../../components/catalogue";
import { usualValues } from "../../lib/rules/render";
import { knownSeries, promqlProblems } from "../dashboards/promql";
import { takeApart } from "../docs/markdown";

const folder = join(__dirname, "../../docs/runbooks");
const known = knownSeries();

test("each alert has a runbook, no runbook is left over, and names are unique", () => {
  const names = ALERTS.map(({ name }) => name);
  expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.md`).sort());
  expect(new Set(names).size).toBe(names.length);
});

describe.each(ALERTS.map((alert) => [alert.name, alert] as const))("%s", (name, alert) => {
  const values = usualValues(alert);

  test("is named after its subject, and describes the situation and its consequence", () => {
    expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(alert.summary.length).toBeLessThan(90);
    expect(alert.summary).not.toMatch(/[.\n]$/);
    expect(alert.description(values)).toMatch(/^\S.{30,}\.$/);
    expect(alert.what).toMatch(/^[A-Z].{10,100}[^.]$/);
  });

  test("covers existing alerts about the same series", () => {
    const others = (alert.covers ?? []).map((other) => ALERTS.find((one) => one.name === other));
    expect(others).not.toContain(undefined);
    const metrics = (one: typeof alert) =>
      one.expr(usualValues(one)).match(/\b(node_filesystem|probe_ssl)\w+/g);
    for (const other of others)
      if (other) expect(metrics(alert)).toEqual(expect.arrayContaining([metrics(other)?.[0]]));
  });

  test("uses existing metrics", () => {
    expect(promqlProblems(alert.expr(values), known)).toEqual([]);
  });

  test("has a page with meaning, impact, diagnosis and mitigation", () => {
    const text = readFileSync(join(folder, `${name}.md`), "utf8");
    const chapters = text.split(/^#+ (.+)\n/m);
    expect(chapters.filter((_, index) => index % 2 === 1)).toEqual([
      name,
      "Meaning",
      "Impact",
      "Diagnosis",
      "Mitigation",
    ]);
    expect(chapters.filter((_, index) => index > 2 && index % 2 === 0 && String(_).trim() === "")).toEqual(
      [],
    );
  });

  test("has a page that names the setting of each threshold", () => {
    const text = readFileSync(join(folder, `${name}.md`), "utf8");
    const settings = Object.keys(alert.thresholds).map((key) => `\`podwatch:alerts.${name}.${key}\``);
    expect(settings.filter((setting) => !text.includes(setting))).toEqual([]);
  });

  test("has a runbook with valid queries and existing alerts", () => {
    const text = readFileSync(join(folder, `${name}.md`), "utf8");
    const queries = takeApart(text)
      .blocks.filter(({ language }) => language === "promql")
      .flatMap((block) => block.text.trim().split("\n"));
    expect(queries.flatMap((query) => promqlProblems(query, known))).toEqual([]);
    const named = [...text.matchAll(/`((?:[A-Z][a-z]+){2,})`/g)].map(([, other = ""]) => other);
    expect(named.filter((other) => !existsSync(join(folder, `${other}.md`)))).toEqual([]);
  });
});

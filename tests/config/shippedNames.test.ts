// Files of one name in several folders, found by patterns over folders: each has its own name on the host.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { machine } from "../../config/context";
import { parse } from "../../config/parse";
import { shippedNames } from "../../config/resolve/shippedNames";
import { context, problemsOf, settingsOf, stack } from "./support";

const rules = "groups: []\n";
const names = (...paths: string[]) => [...shippedNames(paths).values()];

test("a name is as short as possible while unique, and another file changes only names that collide", () => {
  expect(names("x/a/node.yml", "x/b/node.yml", "x/b/own.yml")).toEqual([
    "a/node.yml",
    "b/node.yml",
    "own.yml",
  ]);
  expect(names("x/a/node.yml", "x/b/own.yml")).toEqual(["node.yml", "own.yml"]);
  expect(names("1/a/node.yml", "2/a/node.yml", "2/b/node.yml")).toEqual([
    "1/a/node.yml",
    "2/a/node.yml",
    "2/b/node.yml",
  ]);
  expect(names("node.yml", "a/node.yml", "../node.yml", "/srv/node.yml", "~/rules/node.yml")).toEqual([
    "node.yml",
    "a/node.yml",
    "parent/node.yml",
    "srv/node.yml",
    "rules/node.yml",
  ]);
});

test("whatever folders and files are called, a bundle can hold the name", () => {
  const long = "ø".repeat(80);
  const odd = ["my rules/a b.yml", "Störung/a b.yml", ".hidden/a b.yml", "-x/$(id)'.yml", `${long}/a b.yml`];
  const made = names(...odd, `${long}ø/a b.yml`, "日本/%41.yml");
  expect(made.slice(0, 4)).toEqual([
    "my_rules/a_b.yml",
    "St_C3_B6rung/a_b.yml",
    "_.hidden/a_b.yml",
    "_24_28id_29_27.yml",
  ]);
  expect(new Set(made).size).toBe(made.length);
  for (const name of made) {
    expect(`files/${name}`).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/);
    expect(Math.max(...name.split("/").map((part) => part.length))).toBeLessThanOrEqual(120);
  }
});

test("two that cannot be distinguished are refused, each with its path", () => {
  const deep = `${"far/".repeat(30)}`;
  const files = { [`${deep}a b/x.yml`]: rules, [`${deep}a_b/x.yml`]: rules };
  const ruleFiles = Object.keys(files);
  expect(problemsOf(stack({ prometheus: { ruleFiles } }), { files })).toEqual([
    expect.stringMatching(
      /ruleFiles\[1\]: "\.\.\.ar\/far\/.*\/a_b\/x\.yml" has the same file name as "\.\.\..*\/a b\/x\.yml"; rename/,
    ),
  ]);
});

describe("patterns over folders", () => {
  const files = {
    "rules/redis/embedded-exporter.yml": rules,
    "rules/redis/oliver006-exporter.yml": rules,
    "rules/kafka/embedded-exporter.yml": rules,
    "rules/kafka/deep/er/embedded-exporter.yml": rules,
    "rules/top.yml": rules,
    "rules/.git/hidden.yml": rules,
    "rules/node_modules/x/other.yml": rules,
    "rules/kafka/readme.md": "",
  };
  const found = (...ruleFiles: string[]) =>
    settingsOf(stack({ prometheus: { ruleFiles } }), { files }).prometheus.ruleFiles.map(({ name }) => name);

  test.each([
    [
      ["rules/*/*.yml"],
      ["kafka/embedded-exporter.yml", "oliver006-exporter.yml", "redis/embedded-exporter.yml", "other"],
    ],
    [["rules/r*s/*exporter.yml"], ["embedded-exporter.yml", "oliver006-exporter.yml"]],
    [["*/*/embedded-exporter.yml"], ["kafka/embedded-exporter.yml", "redis/embedded-exporter.yml"]],
    [
      ["rules/k?fka/*.yml", "rules/redis/embedded-exporter.yml"],
      ["kafka/embedded-exporter.yml", "redis/embedded-exporter.yml"],
    ],
  ])("%j", (patterns, expected) => {
    expect(found(...patterns)).toEqual(expected.filter((name) => name !== "other"));
  });

  test("** looks into all folders but hidden ones and those of packages", () => {
    expect(found("rules/**/*.yml", "./rules/top.yml")).toEqual([
      "er/embedded-exporter.yml",
      "kafka/embedded-exporter.yml",
      "oliver006-exporter.yml",
      "redis/embedded-exporter.yml",
      "top.yml",
    ]);
  });

  test("{a,b} stands for a and for b, and each has to be there", () => {
    expect(found("rules/{kafka,redis}/*.yml")).toEqual(found("rules/kafka/*.yml", "rules/redis/*.yml"));
    expect(found("{rules/{kafka,redis}/embedded-exporter,rules/top}.yml")).toHaveLength(3);
    const ruleFiles = ["rules/{top,gone}.yml", "rules/{a}.yml"];
    expect(problemsOf(stack({ prometheus: { ruleFiles } }), { files })).toEqual([
      'podwatch:prometheus.ruleFiles[0]: "rules/gone.yml" does not exist; write the path of a rule file',
      'podwatch:prometheus.ruleFiles[1]: "rules/{a}.yml" does not exist; write the path of a rule file',
    ]);
  });

  test("one without a match, or below a missing folder, is reported", () => {
    const ruleFiles = ["rules/*/none*.yml", "gone/*/x.yml"];
    expect(problemsOf(stack({ prometheus: { ruleFiles } }), { files })).toEqual([
      'podwatch:prometheus.ruleFiles[0]: "rules/*/none*.yml" matches no file; write the path of a rule file',
      'podwatch:prometheus.ruleFiles[1]: "gone/*/x.yml" does not exist; write the path of a rule file',
    ]);
  });

  test("hold for dashboards, templates and target files, too", () => {
    const board = (title: string) => JSON.stringify({ title, panels: [] });
    const more = {
      "x/a/o.json": board("A"),
      "x/b/o.json": board("B"),
      "x/a/m.tmpl": "",
      "x/b/m.tmpl": "",
      "x/a/t.yml": "[]",
      "x/b/t.yml": "[]",
    };
    const settings = settingsOf(
      stack({
        grafana: { dashboards: ["x/*/*.json"] },
        alertmanager: { templates: ["x/**/*.tmpl"] },
        prometheus: { fileSd: [{ name: "sd", files: ["x/*/t.yml"] }] },
      }),
      { files: more },
    );
    const all = [
      settings.grafana.dashboards,
      settings.alertmanager.templates,
      settings.prometheus.fileSd[0]?.files ?? [],
    ];
    expect(all.map((shipped) => shipped.map(({ name }) => name))).toEqual([
      ["a/o.json", "b/o.json"],
      ["a/m.tmpl", "b/m.tmpl"],
      ["a/t.yml", "b/t.yml"],
    ]);
  });
});

test("tests of rules find them in their folders, also by a pattern over folders", () => {
  const files = {
    "r/a/own.yml": rules,
    "r/b/own.yml": rules,
    "r/a/own_test.yml": "rule_files: [own.yml]\n",
    "r/b/own_test.yml": "rule_files: ['../*/own.yml']\n",
    "r/all_test.yml": "rule_files: ['*/own.yml']\n",
  };
  const { prometheus } = settingsOf(
    stack({ prometheus: { ruleFiles: ["r/**/*.yml"], ruleTests: ["r/**/*_test.yml"] } }),
    { files },
  );
  expect(prometheus.ruleFiles.map(({ name }) => name)).toEqual(["a/own.yml", "b/own.yml"]);
  expect(prometheus.ruleTests.map(({ name, content }) => [name, content.split("\n").slice(1, -1)])).toEqual([
    ["a/own_test.yml", ["  - ../../rules/a/own.yml"]],
    ["all_test.yml", ["  - ../rules/a/own.yml", "  - ../rules/b/own.yml"]],
    ["b/own_test.yml", ["  - ../../rules/a/own.yml", "  - ../../rules/b/own.yml"]],
  ]);
});

test("a large tree on a real disk, one folder for each service, with a link that leads back", () => {
  const root = mkdtempSync(join(tmpdir(), "podwatch-rules-"));
  try {
    const paths = Array.from({ length: 112 }, (_, index) => {
      const service = `service ${Math.floor(index / 2)}`;
      return join(root, "dist", "rules", service, index % 2 === 0 ? "embedded-exporter.yml" : `${index}.yml`);
    });
    for (const path of paths) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, rules);
    }
    mkdirSync(join(root, "dist", "rules", "empty.yml"));
    const read = (...ruleFiles: string[]) => {
      const raw = stack({ prometheus: { ruleFiles } }, { agent: true, privateKeyFile: undefined });
      const parsed = parse(JSON.parse(JSON.stringify(raw)), {
        ...machine(root, "x", () => false),
        agent: context({ agent: { socket: "/s", state: "ready" } }).agent,
      });
      return "settings" in parsed
        ? (parsed.settings.hosts[0]?.prometheus.ruleFiles ?? []).map(({ name }) => name)
        : parsed;
    };
    const made = read("dist/rules/*/*.yml");
    expect(made).toHaveLength(112);
    expect(made).toContain("service_7/embedded-exporter.yml");
    expect(made).toContain("15.yml");
    expect(read("dist/**/*.yml")).toEqual(made);
    symlinkSync(root, join(root, "dist", "back"));
    expect(read("dist/rules/**/*.yml")).toEqual(made);
  } finally {
    rmSync(root, { recursive: true });
  }
});

// Rule files of one's own, and the tests that go with them.
import { problemsOf, settingsOf, stack } from "../../config/support";

const rules = "groups: []\n";

function given(ruleFiles: string[], ruleTests: string[], files: Record<string, string>) {
  return [stack({ prometheus: { ruleFiles, ruleTests } }), { files }] as const;
}

test("tests find on the host the rules that they name here, and nothing else in them changes", () => {
  const text = `# Ours.
rule_files:
  - own.yml # the first
  # and more
- ../more/*_rules.yml

# 1x3 is no number.
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{ series: up, values: 0x10 }]
`.replace("\n- ..", "\n  - ..");
  const { prometheus } = settingsOf(
    ...given(["rules/*.yml", "./more/b_rules.yml", "more/c_rules.yml"], ["rules/*_test.yml"], {
      "rules/own.yml": rules,
      "rules/own_test.yml": text,
      "./more/b_rules.yml": rules,
      "more/c_rules.yml": rules,
    }),
  );
  expect(prometheus.ruleFiles.map(({ name }) => name)).toEqual(["b_rules.yml", "c_rules.yml", "own.yml"]);
  expect(prometheus.ruleTests).toEqual([
    {
      name: "own_test.yml",
      path: "rules/own_test.yml",
      content: `# Ours.
rule_files:
  - ../rules/own.yml
  - ../rules/b_rules.yml
  - ../rules/c_rules.yml

# 1x3 is no number.
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{ series: up, values: 0x10 }]
`,
    },
  ]);
});

test.each([
  ["in one line", "tests: []\nrule_files: [own.yml]\n"],
  ["in JSON's way over lines", 'rule_files:\n  [\n    "own.yml"\n  ]\ntests: []\n'],
  ["not indented, at the end of the file", "tests: []\nrule_files:\n- own.yml"],
  ["with Windows' ends of lines", "rule_files:\r\n  - own.yml\r\n\r\ntests: []\r\n"],
])("the list of rule files may stand %s", (_, content) => {
  const files = { "own.yml": rules, "t.yml": content };
  const { prometheus } = settingsOf(...given(["own.yml"], ["t.yml"], files));
  expect(prometheus.ruleTests[0]?.content).toContain("rule_files:\n  - ../rules/own.yml");
  expect(prometheus.ruleTests[0]?.content).toContain("tests: []");
  expect(prometheus.ruleTests[0]?.content).not.toMatch(/[[\s]"?own\.yml/);
});

test("tests that are missing, of the wrong kind, or of rules that are not deployed", () => {
  const files = {
    "own.yml": rules,
    "a.yml": "rule_files: [own.yml, other.yml]\n",
    "b.yml": "rule_files: [*]\n",
    "c.yml": "tests: []\n",
    "d.yml": "rule_files: []\n",
    "e.yml": '{ "rule_files": ["own.yml"], "tests": [] }\n',
    "t.txt": "rule_files: [own.yml]\n",
    "x/f.yml": "rule_files: [own.yml]\n",
  };
  const tests = ["a.yml", "b.yml", "c.yml", "d.yml", "e.yml", "gone.yml", "none*.yml", "t.txt", "x/f.yml"];
  const names = (entry: string) =>
    `tests "${entry}", relative to the file itself, which is not listed in ruleFiles; add it there, or correct rule_files`;
  const none = 'names no rules to test; write them into it, such as rule_files: ["own.yml"]';
  expect(problemsOf(...given(["own.yml"], tests, files))).toEqual([
    `podwatch:prometheus.ruleTests: "a.yml" ${names("other.yml")}`,
    expect.stringMatching(
      /^podwatch:prometheus\.ruleTests: "b\.yml" is not YAML \(.+[^:]\); correct the file$/,
    ),
    `podwatch:prometheus.ruleTests: "c.yml" ${none}`,
    `podwatch:prometheus.ruleTests: "d.yml" ${none}`,
    'podwatch:prometheus.ruleTests: "e.yml" has its rule_files in an unexpected place; write rule_files: at the beginning of a line, and the list below it',
    `podwatch:prometheus.ruleTests: "x/f.yml" ${names("own.yml")}`,
    'podwatch:prometheus.ruleTests[5]: "gone.yml" does not exist; write the path of a file with tests of rules',
    'podwatch:prometheus.ruleTests[6]: "none*.yml" matches no file; write the path of a file with tests of rules',
    'podwatch:prometheus.ruleTests[7]: "t.txt" is not a file with tests of rules, which ends in .yml or .yaml; write the path of one, or rename it',
  ]);
});

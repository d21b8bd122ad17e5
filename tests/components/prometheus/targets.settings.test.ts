// What a scrape job may name: host:port, and anything at all where its relabelling makes the address of it.
import { problemsOf, settingsOf, stack } from "../../config/support";

const AT = "podwatch:prometheus.scrapeJobs[0]";
const WAY_OUT =
  "is not a target; write host:port such as db1.internal:9100, without protocol or path, or set __address__ in extra.relabel_configs if another program is scraped for it";

const ask = { target_label: "__address__", replacement: "10.1.2.3:9116" };
const relabelled = (...relabel_configs: unknown[]) => ({ extra: { relabel_configs } });
const problems = (job: object) =>
  problemsOf(stack({ prometheus: { scrapeJobs: [{ name: "snmp", ...job }] } }));

const devices = [
  "10.9.8.7",
  "192.0.2.7",
  "switch-7",
  "switch-7.acme.net",
  "fd00::7",
  "https://shop.acme.net/a?b=c",
];

test.each(devices)("a device is a target if another program is scraped for it: %s", (device) => {
  expect(problems({ targets: [device] })).toEqual([`${AT}.targets[0]: ${JSON.stringify(device)} ${WAY_OUT}`]);
  const inGroup = [{ targets: ["a:1", device], labels: { site: "north" } }];
  expect(problems({ targets: inGroup })).toEqual([
    `${AT}.targets[0].targets[1]: ${JSON.stringify(device)} ${WAY_OUT}`,
  ]);
  for (const targets of [[device], inGroup]) {
    expect(problems({ targets, ...relabelled({ source_labels: ["a"], target_label: "b" }, ask) })).toEqual(
      [],
    );
    expect(problems({ targets, ...relabelled({ ...ask, action: "Replace" }) })).toEqual([]);
  }
});

test.each([
  ["no relabelling of the address", { target_label: "__param_target", replacement: "a:1" }],
  ["one that only keeps it", { ...ask, action: "keep" }],
  ["one that reads it", { source_labels: ["__address__"], target_label: "instance" }],
])("is none with %s", (_, step) => {
  expect(problems({ targets: ["10.9.8.7"], ...relabelled(step) })).toHaveLength(1);
  expect(problems({ targets: ["10.9.8.7"], extra: { metric_relabel_configs: [ask] } })).toHaveLength(1);
});

test.each(["", "a b:1", "a\tb"])("%j is never one", (target) => {
  expect(problems({ targets: [target], ...relabelled(ask) })).toHaveLength(1);
});

test("several groups of targets with labels are written as targets, and the refusal of the raw key says so", () => {
  const static_configs = [{ targets: ["a:1"] }];
  expect(problems({ targets: ["a:1"], extra: { static_configs } })).toEqual([
    `${AT}.extra.static_configs: would override the job's own settings; write each of its groups, targets and labels, as an entry of targets of the job`,
  ]);
  const targets = ["a:1", { targets: ["b:1", "c:1"], labels: { site: "north" } }, { targets: ["d:1"] }];
  const job = { name: "snmp", targets };
  expect(settingsOf(stack({ prometheus: { scrapeJobs: [job] } })).prometheus.scrapeJobs[0]?.targets).toEqual([
    "a:1",
    { targets: ["b:1", "c:1"], labels: { site: "north" } },
    { targets: ["d:1"], labels: {} },
  ]);
  expect(problems({ targets: [{ targets: [] }, { targets: ["a:1"], label: {} }, 9100] })).toEqual([
    `${AT}.targets[0].targets: a list is empty; write at least one target`,
    `${AT}.targets[1].label: unknown setting; did you mean labels?`,
    expect.stringMatching(/targets\[2\]: 9100 is not a target; write host:port .*, or a group of `targets`/),
  ]);
});

test("a placeholder is still one, alone and in a group", () => {
  const targets = ["192.0.2.7:9100", { targets: ["db.example.org:1"] }];
  expect(problems({ targets })).toEqual([
    `${AT}.targets[0]: "192.0.2.7:9100" is a placeholder; put in the address of what you want to scrape`,
    `${AT}.targets[1].targets[0]: "db.example.org:1" is a placeholder; put in the address of what you want to scrape`,
  ]);
});

describe("target files", () => {
  const files = {
    "t.json": JSON.stringify([{ targets: ["a:1", "10.9.8.7"] }]),
    "t.yml": "- targets: [a:1]\n- targets:\n    - https://shop.acme.net/\n  labels: { a: b }\n",
    "wrong.yml": "targets: [a:1]\n",
    "broken.yml": "- targets: [a:1\n",
    "empty.yml": "",
  };
  const inFiles = (job: object) =>
    problemsOf(stack({ prometheus: { fileSd: [{ name: "snmp", ...job }] } }), { files });

  test("follow the same rule, in JSON and YAML; what is no YAML is left to promtool", () => {
    const job = { files: ["t.json", "t.yml", "broken.yml", "empty.yml"] };
    expect(inFiles(job)).toEqual([
      `podwatch:prometheus.fileSd[0].files[0]: "t.json" names "10.9.8.7", which ${WAY_OUT}`,
      `podwatch:prometheus.fileSd[0].files[1]: "t.yml" names "https://shop.acme.net/", which ${WAY_OUT}`,
    ]);
    expect(inFiles({ ...job, ...relabelled(ask) })).toEqual([]);
    expect(inFiles({ files: ["wrong.yml"] })).toEqual([
      expect.stringMatching(/"wrong\.yml" is not a target file; write a list such as/),
    ]);
  });
});

test("an IPv6 address that another program contacts gives the containers no IPv6", () => {
  const job = { name: "snmp", targets: ["fd00::7"], ...relabelled(ask) };
  expect(settingsOf(stack({ prometheus: { scrapeJobs: [job] } })).network.subnet6).toBeUndefined();
  const itself = { ...job, ...relabelled({ ...ask, replacement: "[fd00::9]:9116" }) };
  expect(settingsOf(stack({ prometheus: { scrapeJobs: [itself] } })).network.subnet6).toBeDefined();
});

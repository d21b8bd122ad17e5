// Where a stack file accepts several forms of a setting, the arguments of a program have one, and are deployed the same.
import { MonitoringStack as CheckedStack } from "../../components/monitoringStack";
import type { MonitoringStackArgs } from "../../package/arguments";
import { MonitoringStack } from "../../package/monitoringStack";
import { deploy } from "../components/mocks";
import { beside, login, settingsOf } from "../components/stackFile";

const files = { "images/Containerfile": "FROM docker.io/grafana/grafana:12.3.1\nARG A\n" };
const build = { containerfile: "images/Containerfile", args: { A: "1" } };
const groups = [
  { targets: ["db2.internal:9100"], labels: { site: "north" } },
  { targets: ["db3.internal:9100"] },
];

const written = {
  host: login,
  gateways: { sources: ["deribit"] },
  prometheus: {
    image: "docker.io/prom/prometheus:v3.4.0",
    scrapeJobs: [
      { name: "both", targets: ["db1.internal:9100", ...groups] },
      { name: "groups", targets: groups },
    ],
  },
  grafana: { image: build },
};

const args = {
  host: login,
  gateways: { sources: ["deribit"] },
  prometheus: {
    image: { ref: "docker.io/prom/prometheus:v3.4.0" },
    scrapeJobs: [
      { name: "both", targets: ["db1.internal:9100"], targetGroups: groups },
      { name: "groups", targetGroups: groups },
    ],
  },
  grafana: { image: { build } },
} satisfies MonitoringStackArgs;

test("the forms of a program are deployed as those of a stack file", async () => {
  const { resources } = await deploy(() => new CheckedStack("m", settingsOf(written, files)));
  const program = await deploy(() => beside(files, () => new MonitoringStack("m", args)));
  expect(program.resources).toEqual(resources);
});

const job = (more: object) => ({ prometheus: { scrapeJobs: [{ name: "a", ...more }] } });

test.each<[string, object, RegExp]>([
  [
    "a reference",
    { grafana: { image: { ref: "grafana" } } },
    /^ {2}grafana\.image\.ref: "grafana" is not a pinned image/,
  ],
  [
    "a build",
    { grafana: { image: { build: { containerfile: "missing" } } } },
    /^ {2}grafana\.image\.build\.containerfile: "missing" (does not exist|cannot be read)/,
  ],
  [
    "both",
    { grafana: { image: { ref: "docker.io/grafana/grafana:12.3.1", build } } },
    /^ {2}grafana\.image: has more than one of ref and build; write one of the two$/,
  ],
  [
    "a target in a group",
    job({ targets: ["b:1"], targetGroups: [{ targets: ["b:2"] }, { targets: ["c"], labels: { le: 1 } }] }),
    /^ {2}prometheus\.scrapeJobs\[0\]\.targetGroups\[1\]\.labels\.le: /,
  ],
  [
    "an unknown setting of a group",
    job({ targetGroups: [{ targets: ["b:2"], label: {} }] }),
    /^ {2}prometheus\.scrapeJobs\[0\]\.targetGroups\[0\]\.label: unknown setting/,
  ],
  [
    "no list of groups",
    job({ targetGroups: "b:1" }),
    /^ {2}prometheus\.scrapeJobs\[0\]\.targetGroups: "b:1" is not a list/,
  ],
])("%s is refused where the program has it", async (_, more, told) => {
  const refused = deploy(() =>
    beside(files, () => new MonitoringStack("m", { host: login, ...more } as object)),
  );
  const message = await refused.then(
    () => "",
    (error: Error) => error.message,
  );
  const [, ...problems] = message.split("\n");
  expect(problems).toContainEqual(expect.stringMatching(told));
});

import { scrapesDue } from "../../../components/prometheus/scrapesDue.render";
import { toYaml } from "../../../lib/yaml";
import { answers } from "../../rules/promtool";

const JOBS = [
  { job_name: "prometheus" },
  { job_name: "fast", scrape_interval: "2s" },
  { job_name: "a.b|c", scrape_interval: "15s" },
  { job_name: 'quo"ted\\', scrape_interval: "500ms" },
];

test("asks for each interval once, and names its jobs to the letter", () => {
  expect(scrapesDue(JOBS, "15s").split(" or ")).toEqual([
    '(time() - timestamp(up{job=~"quo\\"ted\\\\\\\\"})) % 0.5 > 0.375',
    '(time() - timestamp(up{job=~"fast"})) % 2 > 1.75',
    '(time() - timestamp(up{job=~"prometheus|a\\\\.b\\\\|c"})) % 15 > 14.75',
  ]);
});

/** Who is due by a real promtool; each target was scraped at 0 s, and every so often since. */
function expectDue(at: string, every: string, series: readonly string[], due: readonly string[]) {
  const question = {
    alert: "",
    title: at,
    rules: toYaml({ groups: [] }),
    tests: toYaml({
      evaluation_interval: "1s",
      tests: [
        {
          interval: every,
          input_series: series.map((one) => ({ series: `up{${one}}`, values: "1x20" })),
          promql_expr_test: [
            {
              expr: `(${scrapesDue(JOBS, "15s")}) > bool 0`,
              eval_time: at,
              exp_samples: due.map((one) => ({ labels: `{${one}}`, value: 1 })),
            },
          ],
        },
      ],
    }),
  };
  expect(answers([question])).toEqual([""]);
}

const FAST = ['job="fast", instance="one"', 'job="fast", instance="two"'];

test.each([
  ["4000ms", []],
  ["5700ms", []],
  ["5800ms", FAST],
  ["5990ms", FAST],
])("of a job that is scraped every 2 s, at %s", (at, due) => {
  expectDue(at, "2s", FAST, due);
});

test("each job by its own interval, also one with signs in its name", () => {
  const slow = ['job="prometheus"', 'job="a.b|c"', 'job="a-b"'];
  expectDue("29800ms", "15s", slow, slow.slice(0, 2));
  expectDue("29700ms", "15s", slow, []);
  expectDue("15450ms", "500ms", ['job="quo\\"ted\\\\"'], ['job="quo\\"ted\\\\"']);
});

test("a target that could not be scraped at its turn is due at the next", () => {
  expectDue("7900ms", "4s", FAST, FAST);
  expectDue("7100ms", "4s", FAST, []);
});

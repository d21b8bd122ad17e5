// Availability and reliability against tables that were worked out by hand: docs/availability.md says what they mean.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { region, site as siteBoard } from "../../components/availability/board";
import { dailyGroup, monthlyGroup } from "../../components/availability/render";
import type { StatesInput } from "../../components/availability/states.render";
import { MONTHS } from "../../components/availability/sums.render";
import type { TargetsInput } from "../../components/availability/targets.render";
import { type RecordingGroup, recordingFiles } from "../../lib/rules/record";
import { toYaml } from "../../lib/yaml";

jest.setTimeout(300_000);

const USUAL: StatesInput & TargetsInput = {
  targets: { availability: 0.9, reliability: 0.95, sites: { C: { availability: 0.97 } } },
  jobs: [".+"],
  probeJobs: ["blackbox", "topology-probe-.+"],
  serviceTypes: [],
  region: "region",
  unknownAfter: "5m",
};

/** What is expected at an instant, by series without its name's beginning `availability:`. */
type Table = Readonly<Record<string, number>>;

interface Case {
  readonly series: Readonly<Record<string, string>>;
  /** By instant since midnight of a Thursday, the first day of a January; then by query. */
  readonly expected: Readonly<Record<string, Readonly<Record<string, Table>>>>;
  readonly settings?: Partial<typeof USUAL>;
  /** Time between two samples; default: a minute. */
  readonly samples?: string;
}

/** Has promtool evaluate the rules each minute, and compare. */
function check({ settings, ...given }: Case): void {
  compare([dailyGroup({ ...USUAL, ...settings })], "1m", given);
}

function compare(
  groups: readonly RecordingGroup[],
  interval: string,
  { series, expected, samples = "1m" }: Omit<Case, "settings">,
): void {
  const folder = mkdtempSync(join(tmpdir(), "podwatch-availability-"));
  try {
    const files = Object.values(recordingFiles(groups)).map((text, index) => {
      writeFileSync(join(folder, `rules${index}.yml`), text);
      return `rules${index}.yml`;
    });
    const promql_expr_test = Object.entries(expected).flatMap(([eval_time, queries]) =>
      Object.entries(queries).map(([expr, table]) => ({
        expr,
        eval_time,
        exp_samples: Object.entries(table).map(([labels, value]) => ({ labels, value })),
      })),
    );
    const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    const tests = {
      rule_files: files,
      evaluation_interval: interval,
      fuzzy_compare: true,
      tests: [{ interval: samples, input_series, promql_expr_test }],
    };
    writeFileSync(join(folder, "tests.yml"), toYaml(tests));
    const program = join(__dirname, "../../lab/promtool");
    const { status, stdout, stderr } = spawnSync(program, ["test", "rules", "tests.yml"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A direct scrape of a service. */
const scrape = (site: string, type: string, host: string) =>
  `up{job="topology-${type}", instance="${host}:1", site="${site}", service_type="${type}", hostname="${host}", roc="R"}`;

/** A probe: whether it can be made, and what it says. */
const probe = (metric: "up" | "probe_success", site: string, type: string, host: string, module = "http") =>
  `${metric}{job="topology-probe-${module}", instance="${host}", site="${site}", service_type="${type}", hostname="${host}", roc="R"}`;

/** The labels of a result, as promtool writes them. */
const site = (name: string) => `{roc="R", site="${name}"}`;
const service = (name: string, type: string) => `{roc="R", site="${name}", service_type="${type}"}`;

const round = (expr: string) => `round(${expr}, 0.0001)`;

/** Availability, reliability and unknown time of a period, as shares. */
const shares = (level: string, period: string, table: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(
    ["availability", "reliability", "unknown"].map((value, index) => [
      round(`availability:${level}_${value}:${period}`),
      Object.fromEntries(
        Object.entries(table).flatMap(([labels, row]) =>
          Number.isNaN(row[index]) ? [] : [[labels, row[index] as number]],
        ),
      ),
    ]),
  );

/** No time that counts. */
const NONE = Number.NaN;

test("a service that flaps is up 75 of 90 minutes", () => {
  check({
    series: { [scrape("A", "SRM", "a1")]: "1x29 0x9 1x19 0x4 1x24" },
    expected: {
      "29m": shares("site", "day", { [site("A")]: [1, 1, 0] }),
      "30m": { "availability:site_state": { 'availability:site_state{roc="R", site="A"}': 0 } },
      "89m": {
        ...shares("service", "day", { [service("A", "SRM")]: [0.8333, 0.8333, 0] }),
        ...shares("site", "day", { [site("A")]: [0.8333, 0.8333, 0] }),
        ...shares("region", "day", { '{roc="R"}': [0.8333, 0.8333, 0] }),
        "availability:site_up_minutes:day": { 'availability:site_up_minutes:day{roc="R", site="A"}': 75 },
      },
    },
  });
});

describe("time without samples is unknown, from five minutes after the last one", () => {
  test("where the probe cannot be made: minutes 34 to 59", () => {
    check({
      series: {
        [probe("up", "A", "CE", "c1")]: "1x29 0x29 1x29",
        [probe("probe_success", "A", "CE", "c1")]: "1x29 stale _x29 1x29",
      },
      expected: {
        "33m": { "availability:site_state": { 'availability:site_state{roc="R", site="A"}': 1 } },
        "34m": { "availability:site_state": { 'availability:site_state{roc="R", site="A"}': 3 } },
        "89m": shares("site", "day", { [site("A")]: [1, 1, 0.2889] }),
      },
    });
  });

  test("what never had a sample has neither availability nor reliability", () => {
    check({
      series: { [probe("up", "A", "CE", "c1")]: "0x20" },
      expected: { "20m": shares("site", "day", { [site("A")]: [NONE, NONE, 1] }) },
    });
  });
});

describe("a job of an executor is a check", () => {
  const ran = (job: string) =>
    `podwatch_executor_check{job="executor", instance="x", job_name="${job}", site="A", service_type="SRM", hostname="a1", roc="R"}`;
  const away = 'up{job="executor", instance="x"}';
  const state = (value: number) => ({
    "availability:site_state": { 'availability:site_state{roc="R", site="A"}': value },
  });

  test("which is down, up or unknown by its last run", () => {
    check({
      series: { [ran("one")]: "3x9 1x9 0x9 1x29", [away]: "1x59" },
      expected: {
        "5m": state(3),
        "15m": state(1),
        "25m": state(0),
        "59m": shares("site", "day", { [site("A")]: [0.8, 0.8, 0.1667] }),
      },
    });
  });

  test("beside other jobs and targets of the service", () => {
    check({
      series: {
        [ran("one")]: "1x59",
        [ran("other")]: "1x9 0x9 3x39",
        [scrape("A", "SRM", "a1")]: "1x39 0x19",
        [away]: "1x59",
      },
      expected: { "5m": state(1), "15m": state(0), "35m": state(3), "45m": state(0) },
    });
  });

  test("which no longer counts when the executor has been away for six hours", () => {
    check({
      series: { [ran("one")]: "1x9 stale", [away]: "1x9 0x420" },
      expected: { "350m": state(3), "380m": { "availability:site_state": {} } },
    });
  });

  test("which is unknown while the executor is away, and gone when it or its executor is", () => {
    check({
      series: {
        [ran("one")]: "1x9 stale _x9 1x9 stale _x9 1x9 stale",
        [away]: "1x9 0x9 1x19 1x9 stale",
      },
      expected: {
        "15m": state(3),
        "25m": state(1),
        "35m": { "availability:site_state": {} },
        "45m": state(1),
        "51m": { "availability:site_state": {} },
      },
    });
  });
});

describe("declared outages", () => {
  const downtime = (host: string, words = 'severity="OUTAGE", classification="SCHEDULED"') =>
    `podwatch_topology_downtime{site="A", service_type="SRM", hostname="${host}", ${words}, url="https://goc"}`;

  test("that are scheduled count against availability only, whatever is measured then", () => {
    check({
      // Minutes 10 to 29 are declared; it is down from 15 to 34, so 5 minutes longer.
      series: { [scrape("A", "SRM", "a1")]: "1x14 0x19 1x24", [downtime("a1")]: "_x10 1x19 stale" },
      expected: {
        "12m": { "availability:site_state": { 'availability:site_state{roc="R", site="A"}': 2 } },
        // 35 up, 5 down, 20 scheduled.
        "59m": shares("site", "day", { [site("A")]: [0.5833, 0.875, 0] }),
      },
    });
  });

  test.each([
    ["are not scheduled", 'severity="OUTAGE", classification="UNSCHEDULED"'],
    ["are warnings", 'severity="WARNING", classification="SCHEDULED"'],
  ])("that %s change nothing", (_, words) => {
    check({
      series: { [scrape("A", "SRM", "a1")]: "1x29 0x29", [downtime("a1", words)]: "1x59" },
      expected: { "59m": shares("site", "day", { [site("A")]: [0.5, 0.5, 0] }) },
    });
  });

  test("of one endpoint leave its service type up while another is", () => {
    check({
      series: {
        [scrape("A", "SRM", "a1")]: "0x59",
        [scrape("A", "SRM", "a2")]: "1x29 0x29",
        [downtime("a1")]: "1x59",
      },
      expected: { "59m": shares("service", "day", { [service("A", "SRM")]: [0.5, 0.5, 0] }) },
    });
  });
});

test("a service type is up while one of its endpoints is, a site while all of its service types are", () => {
  check({
    series: {
      [scrape("A", "CE", "c1")]: "1x19 0x9 1x29",
      [scrape("A", "CE", "c2")]: "1x24 0x19 1x14",
      [scrape("A", "SRM", "s1")]: "1x59",
      'podwatch_topology_downtime{site="A", service_type="SRM", hostname="s1", severity="OUTAGE", classification="SCHEDULED"}':
        "_x27 1x7 stale",
      [probe("up", "A", "BDII", "b1")]: "1x35 0x13 1x9",
      [probe("probe_success", "A", "BDII", "b1")]: "1x35 stale _x13 1x9",
    },
    expected: {
      "59m": {
        // CE is down from 25 to 29, SRM scheduled from 27 to 34, BDII unknown from 40 to 49.
        ...shares("service", "day", {
          [service("A", "CE")]: [0.9167, 0.9167, 0],
          [service("A", "SRM")]: [0.8667, 1, 0],
          [service("A", "BDII")]: [1, 1, 0.1667],
        }),
        // 5 minutes down, 5 scheduled, 10 unknown, 40 up.
        ...shares("site", "day", { [site("A")]: [0.8, 0.8889, 0.1667] }),
      },
    },
  });
});

test("a region is the mean of its sites, and time before a site was there is unknown", () => {
  check({
    series: {
      [scrape("A", "CE", "a1")]: "1x59 0x59",
      [scrape("B", "CE", "b1")]: "_x60 1x59",
      [probe("up", "C", "CE", "c1")]: "0x119",
      'up{job="own", instance="x", site="D", service_type="web", hostname="d1"}': "1x119",
    },
    expected: {
      "119m": {
        ...shares("site", "day", {
          [site("A")]: [0.5, 0.5, 0],
          [site("B")]: [1, 1, 0.5],
          [site("C")]: [NONE, NONE, 1],
          '{roc="region", site="D"}': [1, 1, 0],
        }),
        ...shares("region", "day", { '{roc="R"}': [0.75, 0.75, 0.5], '{roc="region"}': [1, 1, 0] }),
        'availability:site_availability_target{site=~"[AC]"}': {
          'availability:site_availability_target{roc="R", site="A"}': 0.9,
          'availability:site_availability_target{roc="R", site="C"}': 0.97,
        },
      },
    },
  });
});

test("an endpoint is down while one of its checks fails, and unknown while one has no sample", () => {
  check({
    series: {
      [probe("up", "A", "CE", "c1")]: "1x29",
      [probe("up", "A", "CE", "c1", "tls")]: "1x29",
      [probe("probe_success", "A", "CE", "c1")]: "1x29",
      [probe("probe_success", "A", "CE", "c1", "tls")]: "_x10 1x9 0x9",
    },
    expected: {
      "9m": { "availability:site_state": { 'availability:site_state{roc="R", site="A"}': 3 } },
      "29m": shares("site", "day", { [site("A")]: [0.5, 0.5, 0.3333] }),
    },
  });
});

describe("what counts", () => {
  const known = (host: string, production: string, monitored: string) =>
    `podwatch_topology_service{site="A", service_type="CE", hostname="${host}", roc="R", production="${production}", monitored="${monitored}"}`;

  test("is what is in production and monitored, also for hours after the topology was last read", () => {
    check({
      series: {
        [scrape("A", "CE", "c1")]: "0x59",
        [known("c1", "N", "Y")]: "1x9 stale",
        [scrape("A", "CE", "c2")]: "0x59",
        [known("c2", "Y", "N")]: "1x9 stale",
        [scrape("B", "CE", "c3")]: "1x59",
      },
      expected: { "59m": shares("site", "day", { [site("B")]: [1, 1, 0] }) },
    });
  });

  test("changes at once with the topology, which may name an endpoint twice", () => {
    check({
      series: {
        [scrape("A", "CE", "c1")]: "1x59",
        [known("c1", "N", "Y")]: "1x19 stale",
        [known("c1", "Y", "Y")]: "_x20 1x39",
        [scrape("B", "CE", "c2")]: "1x59",
        [known("c2", "N", "N").replace('"A"', '"B"')]: "1x59",
        [known("c2", "Y", "Y").replace('"A"', '"B"')]: "1x59",
      },
      expected: { "59m": shares("site", "day", { [site("A")]: [1, 1, 0.3333], [site("B")]: [1, 1, 0] }) },
    });
  });

  test("are the jobs and service types of the settings", () => {
    check({
      settings: { jobs: ["topology-.+"], serviceTypes: ["CE", "SRM"] },
      series: {
        [scrape("A", "CE", "a1")]: "1x9",
        [scrape("A", "SRM2", "a1")]: "0x9",
        'up{job="own", instance="x", site="A", service_type="CE", hostname="a2"}': "0x9",
      },
      expected: { "9m": shares("service", "day", { [service("A", "CE")]: [1, 1, 0] }) },
    });
  });
});

test("days end at midnight, with downtimes, unknown time and gaps across it", () => {
  check({
    series: {
      // Down from 23:00 to 00:59, declared from 22:30 to 01:29.
      [scrape("A", "SRM", "a1")]: "1x1379 0x119 1x89",
      'podwatch_topology_downtime{site="A", service_type="SRM", hostname="a1", severity="OUTAGE", classification="SCHEDULED"}':
        "_x1350 1x179 stale",
      // Down from 23:20 to 23:29; then nothing is evaluated until 01:29, of which 4 minutes pass for known.
      [scrape("B", "SRM", "b1")]: "1x1399 0x9 _x120 1x59",
    },
    expected: {
      "1439m": shares("site", "day", { [site("A")]: [0.9375, 1, 0], [site("B")]: [0.9901, 0.9901, 0.0181] }),
      "1440m": shares("site", "day", { [site("A")]: [0, NONE, 0] }),
      "1589m": {
        ...shares("site", "yesterday", {
          [site("A")]: [0.9375, 1, 0],
          [site("B")]: [0.9901, 0.9901, 0.0181],
        }),
        ...shares("region", "yesterday", { '{roc="R"}': [0.9638, 0.995, 0.009] }),
        // A: 60 of 150 minutes up, 90 scheduled. B: 60 up, 90 unknown.
        ...shares("site", "day", { [site("A")]: [0.4, 1, 0], [site("B")]: [1, 1, 0.6] }),
      },
    },
  });
});

describe("months", () => {
  /**
   * What is recorded of a site, by month of the year: promtool reads no more than 10 000 samples, so each stands for 15 minutes.
   */
  const recorded = (count: string, month: number) =>
    `availability:site_${count}{roc="R", site="A", month="${month % 3}"}`;
  // January: down for its last day, of which 12 hours were declared. February: unknown for its third week.
  const year = {
    [recorded("up", 1)]: "15x2879 0x95 stale",
    [recorded("known", 1)]: "15x2975 stale",
    [recorded("scheduled", 1)]: "0x2927 15x47 stale",
    [recorded("up", 2)]: "_x2976 15x1343 stale _x671 15x671 stale",
    [recorded("known", 2)]: "_x2976 15x1343 stale _x671 15x671 stale",
    [recorded("scheduled", 2)]: "_x2976 0x1343 stale _x671 0x671 stale",
    // March: down for 15 days and 12 hours.
    [recorded("up", 3)]: "_x5664 15x1487 0x1487 stale",
    [recorded("known", 3)]: "_x5664 15x2975 stale",
    [recorded("scheduled", 3)]: "_x5664 0x2975 stale",
  };
  const january = { [site("A")]: [0.9677, 0.9836, 0] };
  const february = { [site("A")]: [1, 1, 0.25] };
  const availability = (table: Table) => ({ [round("availability:site_availability:month")]: table });

  test("are summed up to their last minute", () => {
    compare([monthlyGroup()], "6377m", {
      series: year,
      samples: "15m",
      expected: {
        "44639m": {
          ...shares("site", "month", january),
          ...shares("region", "month", { '{roc="R"}': [0.9677, 0.9836, 0] }),
        },
      },
    });
  });

  test("are apart from those before, and known for all of the month after", () => {
    compare([monthlyGroup()], "1d", {
      series: year,
      samples: "15m",
      expected: {
        "20d": availability({ [site("A")]: 1 }),
        // The first of February.
        "31d": { ...shares("site", "last_month", january), ...availability({ [site("A")]: 1 }) },
        "54d": { ...shares("site", "last_month", january), ...availability({ [site("A")]: 1 }) },
        // The first of March, when two days of January would still be in reach.
        "59d": shares("site", "last_month", february),
        // 30 days of March, 15.5 of them up.
        "89d": { ...shares("site", "last_month", february), ...availability({ [site("A")]: 0.5165 }) },
        "90d": shares("site", "last_month", { [site("A")]: [0.5, 0.5, 0] }),
      },
    });
  });
});

describe("every query of every panel has data", () => {
  /** Of both dashboards, by `dashboard / panel, legend`, with all values of their variables. */
  const queries = Object.fromEntries(
    [region, siteBoard].flatMap((board) =>
      board.sections.flatMap(({ panels }) =>
        panels.flatMap(({ build, queries }) =>
          queries.map(({ expr, legend }): [string, string] => [
            `${board.title} / ${build().title}, ${legend}`,
            expr.replaceAll(/\$(roc|site)/g, ".+"),
          ]),
        ),
      ),
    ),
  );
  const BEFORE = /, (day|month) before,/;
  const names = Object.keys(queries).sort();

  test("of now, this day and this month", () => {
    // A site of each state, as a topology labels them.
    const states = {
      [scrape("A", "SRM", "a1")]: "1x20",
      [scrape("B", "CE", "b1")]: "0x20",
      [probe("up", "C", "CE", "c1")]: "0x20",
      [scrape("D", "SRM", "d1")]: "1x20",
      'podwatch_topology_downtime{site="D", service_type="SRM", hostname="d1", severity="OUTAGE", classification="SCHEDULED"}':
        "1x20",
    };
    const numbers: Table = {
      "Region / Sites up, sites": 1,
      "Region / Sites down, sites": 1,
      "Region / Sites in a scheduled outage, sites": 1,
      "Region / Sites unknown, sites": 1,
      // A is up, B is down, D was not meant to be up, and nothing is known of C.
      "Region / Region, availability today, {{roc}}": 0.3333,
      "Region / Region, reliability today, {{roc}}": 0.5,
    };
    // What is unknown has no share, and what is scheduled no reliability.
    const shared = (dashboard: string, legend: string): Table =>
      Object.fromEntries(
        ["day", "month"].flatMap((period) => [
          [`${dashboard} / Availability, ${period}, ${legend}`, 3],
          [`${dashboard} / Reliability, ${period}, ${legend}`, 2],
          [`${dashboard} / Unknown time, ${period}, ${legend}`, 4],
        ]),
      );
    const counts: Table = {
      "Region / Sites, {{site}}": 4,
      "Region / Endpoints that are not up, {{site}} {{service_type}} {{hostname}}": 3,
      "Region / Region, availability, month, {{roc}}": 1,
      "Region / Region, reliability, month, {{roc}}": 1,
      "Region / Availability, month, {{site}} target": 4,
      "Region / Reliability, month, {{site}} target": 4,
      ...shared("Region", "{{site}}"),
      "Site / Service types, {{site}} {{service_type}}": 4,
      "Site / Endpoints, {{site}} {{service_type}} {{hostname}}": 4,
      ...shared("Site", "{{site}} {{service_type}}"),
    };
    expect(names.filter((name) => !BEFORE.test(name))).toEqual(Object.keys({ ...numbers, ...counts }).sort());
    const expected = [
      ...Object.entries(numbers).map(([name, value]) => [`sum(${round(queries[name] ?? "")})`, value]),
      ...Object.entries(counts).map(([name, count]) => [`count(${queries[name]})`, count]),
    ].map(([expr, value]) => [expr, { "{}": value }]);
    const months = MONTHS.filter(({ name }) => name !== "month");
    compare([dailyGroup(USUAL), monthlyGroup(months)], "1m", {
      series: states,
      expected: { "20m": Object.fromEntries(expected) },
    });
  });

  test("of the day and the month before", () => {
    const recorded = ['site="A"', 'site="A", service_type="SRM"'].flatMap((labels, index) =>
      ["up", "known", "scheduled"].flatMap((count) => {
        const name = `availability:${["site", "service"][index]}_${count}`;
        const value = count === "scheduled" ? "0" : "15";
        return [
          // January, and the eighth of February.
          [`${name}{roc="R", ${labels}, day="0", month="1"}`, `${value}x2975 stale`],
          [`${name}{roc="R", ${labels}, day="0", month="2"}`, `_x3648 ${value}x95 stale`],
        ];
      }),
    );
    const before = names.filter((name) => BEFORE.test(name));
    expect(before).toHaveLength(2 * 2 + 2 * 6);
    compare([dailyGroup(USUAL), monthlyGroup(MONTHS.filter(({ name }) => name !== "month"))], "1d", {
      series: Object.fromEntries(recorded),
      samples: "15m",
      expected: {
        "39d": Object.fromEntries(before.map((name) => [`count(${queries[name]})`, { "{}": 1 }])),
      },
    });
  });
});

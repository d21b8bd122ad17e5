// Takes the outcomes of faults (support/faults.ts) into tests/integration/outcomes.json, and writes the tables of
// docs/reliability.md from it: reliability.js REPORT
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const STORE = join(__dirname, "../outcomes.json");
const PAGE = join(__dirname, "../../../docs/reliability.md");
const BEGIN = "<!-- made by the tests: make chaos, make reliability -->";
const END = "<!-- end of what the tests made -->";

/** Under which heading the faults of a test file stand. */
const HEADINGS = {
  "Errors found before anything is changed": ["checks", "errors"],
  "Changes that the host refuses, or that fail to start": [
    "transaction",
    "builtImages",
    "nodeExporter",
    "exporters",
  ],
  "Changes under load": ["noGap"],
  "Hosts in a bad state, and shared hosts": ["badHosts"],
  "Hosts that are gone, moved or reinstalled": ["lostHosts", "sudoPassword"],
  "Manual changes on the host": ["operate"],
  "Pulumi's state, and a deployment that hangs": ["toolchain", "interruptedHost"],
};
const OTHERS = "Others";

/**
 * The kept rows, one a fault, with the outcomes of a run taken in. Random tries are kept by their seed: those of a new
 * seed are added to the others, those of a seed on record take its place. Any other fault has its last run only.
 */
function withOutcomes(rows, outcomes) {
  const all = { ...rows };
  for (const fault of new Set(outcomes.map((outcome) => outcome.fault))) {
    const tries = outcomes.filter((outcome) => outcome.fault === fault);
    const { result, file } = tries[0];
    all[fault] =
      tries[0].seed === undefined
        ? { file, result, ...count(tries) }
        : { result, seeds: { ...rows[fault]?.seeds, ...bySeed(tries) } };
  }
  return all;
}

function count(tries) {
  return { tries: tries.length, passed: tries.filter(({ passed }) => passed).length };
}

function bySeed(tries) {
  const seeds = [...new Set(tries.map(({ seed }) => seed))];
  return Object.fromEntries(
    seeds.map((seed) => {
      const its = tries.filter((one) => one.seed === seed);
      const seconds = its.flatMap(({ recovery }) => recovery ?? []);
      return [seed, { ...count(its), met: its.filter(({ met }) => met).length, seconds }];
    }),
  );
}

/** The tries of all seeds of a kind of interruption together. */
function together({ result, seeds }) {
  const runs = Object.values(seeds);
  const sum = (of) => runs.map(of).reduce((a, b) => a + b, 0);
  const times = runs.flatMap(({ seconds }) => seconds).sort((a, b) => a - b);
  return {
    result,
    tries: sum(({ tries }) => tries),
    passed: sum(({ passed }) => passed),
    met: sum(({ met }) => met),
    median: times[Math.floor((times.length - 1) / 2)],
    longest: times.at(-1),
  };
}

function result({ result, tries, passed }) {
  return passed === tries ? result : `**${passed} of ${tries}:** ${result}`;
}

function table(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** The tables of docs/reliability.md. */
function tables(rows) {
  const all = Object.entries(rows);
  const isInterruption = ([, row]) => row.seeds !== undefined;
  const interruptions = all.filter(isInterruption);
  const seconds = (time) => (time === undefined ? "" : `${time.toFixed(1)} s`);
  return `### Interruptions

Host and Pulumi share 2 cores.

${table(
  ["fault", "tries", "hit a running deployment", "result", "next `pulumi up`, median", "longest", "seeds"],
  interruptions.map(([fault, row]) => {
    const sum = together(row);
    return [
      fault,
      sum.tries,
      sum.met,
      result(sum),
      seconds(sum.median),
      seconds(sum.longest),
      Object.keys(row.seeds).join(", "),
    ];
  }),
)}
### Other faults

${[...Object.keys(HEADINGS), OTHERS].map((heading) => others(heading, all)).join("")}`.trimEnd();
}

/** The faults under a heading, in the order of their files. */
function others(heading, all) {
  const files = HEADINGS[heading] ?? [undefined];
  const known = Object.values(HEADINGS).flat();
  const place = ([, { file }]) => files.indexOf(known.includes(file) ? file : undefined);
  const rows = all
    .filter((entry) => entry[1].seeds === undefined && place(entry) !== -1)
    .sort((one, other) => place(one) - place(other));
  if (rows.length === 0) return "";
  return `**${heading}**

${table(
  ["fault", "tries", "result"],
  rows.map(([fault, row]) => [fault, row.tries, result(row)]),
)}
`;
}

module.exports = { withOutcomes, tables };

if (require.main === module) {
  const outcomes = readFileSync(process.argv[2], "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const rows = withOutcomes(JSON.parse(readFileSync(STORE, "utf8")), outcomes);
  writeFileSync(STORE, `${JSON.stringify(rows, null, 2)}\n`);

  const [before, rest = ""] = readFileSync(PAGE, "utf8").split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined) throw new Error(`docs/reliability.md has lost its markers ${BEGIN} and ${END}`);
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${tables(rows)}\n\n${END}${after}`);
}

// Takes the outcomes of faults (support/faults.ts) into tests/integration/outcomes.json, in place of earlier ones of the
// same faults, and writes the tables of docs/reliability.md from it: reliability.js REPORT
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const STORE = join(__dirname, "../outcomes.json");
const PAGE = join(__dirname, "../../../docs/reliability.md");
const BEGIN = "<!-- made by the tests: make chaos, make reliability -->";
const END = "<!-- end of what the tests made -->";

/** All tries of one fault as one row. */
function summary(tries) {
  const times = tries.flatMap(({ recovery }) => recovery ?? []).sort((a, b) => a - b);
  const interruption = times.length > 0 && {
    met: tries.filter(({ met }) => met).length,
    median: times[Math.floor((times.length - 1) / 2)],
    longest: times.at(-1),
    seeds: [...new Set(tries.flatMap(({ seed }) => seed ?? []))],
  };
  return {
    result: tries[0].result,
    tries: tries.length,
    passed: tries.filter(({ passed }) => passed).length,
    ...interruption,
  };
}

function result({ result, tries, passed }) {
  return passed === tries ? result : `**${passed} of ${tries}:** ${result}`;
}

function table(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function page(rows) {
  const all = Object.entries(rows);
  const isInterruption = ([, row]) => row.seeds !== undefined;
  const interruptions = all.filter(isInterruption);
  const seconds = (time) => `${time.toFixed(1)} s`;
  const seeds = [...new Set(interruptions.flatMap(([, row]) => row.seeds))].sort((a, b) => a - b);
  return `### Interruptions

Seeds ${seeds.join(", ")}; host and Pulumi share 2 cores.

${table(
  ["fault", "tries", "met a deployment at work", "result", "the next `pulumi up`, median", "longest"],
  interruptions.map(([fault, row]) => [
    fault,
    row.tries,
    row.met,
    result(row),
    seconds(row.median),
    seconds(row.longest),
  ]),
)}
### Other faults

${table(
  ["fault", "tries", "result"],
  all.filter((entry) => !isInterruption(entry)).map(([fault, row]) => [fault, row.tries, result(row)]),
)}`;
}

const outcomes = readFileSync(process.argv[2], "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const rows = JSON.parse(readFileSync(STORE, "utf8"));
for (const fault of new Set(outcomes.map((outcome) => outcome.fault))) {
  rows[fault] = summary(outcomes.filter((outcome) => outcome.fault === fault));
}
writeFileSync(STORE, `${JSON.stringify(rows, null, 2)}\n`);

const [before, rest = ""] = readFileSync(PAGE, "utf8").split(BEGIN);
const after = rest.split(END)[1];
if (after === undefined) throw new Error(`docs/reliability.md has lost its markers ${BEGIN} and ${END}`);
writeFileSync(PAGE, `${before}${BEGIN}\n\n${page(rows)}\n${END}${after}`);

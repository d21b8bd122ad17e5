import { measured } from "../../../bench/scale/page";
import type { Results, Runs } from "../../../bench/scale/results";
import { samples } from "./samples";

const runs = (...seconds: number[]): Runs => ({
  seconds,
  here: seconds.map((one) => one / 2),
  hosts: seconds.map((one) => one),
});

const results: Results = {
  machine: "a machine",
  cores: 2,
  load: [0.1, 2],
  hostsPerStack: 10,
  parallel: 4,
  lab: { hosts: 68, seconds: 90, memory: 15 * 2 ** 20 },
  runs: {
    floor: { "one line": { "1": runs(1), "10": runs(2.8) } },
    ansible: { "one line": { "10": runs(40) } },
    "one stack": {
      "one line": { "1": runs(2, 3, 1), "10": runs(9, 11), "60": runs(60) },
      "one line, state written at the end only": { "10": runs(8) },
    },
    "several stacks": { "one line": { "60": runs(50, 54) } },
  },
  logIns: { "one stack": { "one line": 2 }, floor: { "one line": 1 } },
  states: { "1": { resources: 19, bytes: 1_200_000 }, "10": { resources: 64, bytes: 2_000_000 } },
};

const page = measured(results);

/** Cells of the rows below a title. */
function rowsBelow(title: string): string[][] {
  const [, rest = ""] = page.split(`### ${title}\n`);
  const [section = ""] = rest.split("\n###");
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.slice(2, -2).split(" | "));
}

test("it says on what it was measured, and how many hosts there were", () => {
  expect(page).toContain("Measured on: a machine; load average 0.1 before, 2.0 at the end.");
  expect(page).toContain("68 lab hosts had booted after 90 s, and took 15 MB of memory each");
});

test("a table for each operation has medians, and the range of several runs", () => {
  expect(rowsBelow("One line")).toEqual([
    ["", "1 host", "10 hosts", "60 hosts"],
    ["---", "---:", "---:", "---:"],
    ["Podwatch, one stack", "2.0 s (1.0 to 3.0; 3 runs)", "10.0 s (9.0 to 11.0; 2 runs)", "60.0 s"],
    ["Podwatch, stacks of 10, 4 at once", "", "", "52.0 s (50.0 to 54.0; 2 runs)"],
    ["Ansible", "", "40.0 s", ""],
    ["floor", "1.0 s", "2.8 s", ""],
  ]);
});

test("what was not measured has no table", () => {
  expect(page).not.toContain("### No change");
  expect(page).not.toContain("### Samples");
  expect(page).not.toContain("on paper: Prometheus");
});

test("a further host is compared with the floor's over the same numbers of hosts", () => {
  expect(rowsBelow("What a further host costs").slice(2)).toEqual([
    ["one line: Podwatch, one stack", "1 to 10", "0.889 s", "4.4"],
    ["one line: floor", "1 to 10", "0.200 s", ""],
  ]);
});

test("processor time of both sides is set against that of all cores", () => {
  expect(rowsBelow("Processor time")).toContainEqual([
    "one line: Ansible",
    "10",
    "40.0 s",
    "20.0 s",
    "40.0 s",
    "75 %",
  ]);
});

test("the state's row has what a line writes, and what the writing costs where that was measured", () => {
  const [, , one, ten] = rowsBelow("The state of one stack");
  expect(one).toEqual(["1", "19", "1.2 MB", "2.4 MB", ""]);
  expect(ten).toEqual(["10", "64", "2.0 MB", "40.0 MB", "2.0 s"]);
});

test("log-ins are those of each target", () => {
  expect(rowsBelow("SSH log-ins on each target").slice(2)).toEqual([
    ["Podwatch, one stack", "2"],
    ["floor", "1"],
  ]);
});

test("a deployment to many more hosts is computed from each size of a stack, and from the stacks together", () => {
  expect(rowsBelow("2 000 hosts, on paper: deployments").slice(2)).toEqual([
    ["one line, one after another", "200 of 10", "33.3 min", "8.3 min"],
    ["one line, one after another", "34 of 60", "34.0 min", "8.5 min"],
    ["one line, 4 at once", "200 of 10", "28.9 min", "7.2 min"],
  ]);
});

test("samples are projected with the figures and how they were computed", () => {
  const text = measured({ ...results, samples, perSample: 5e-6 });
  expect(text).toContain("| samples a second | series / interval | 133 333 |");
  expect(text).toContain("| disk a day | samples a second x 86 400 x bytes of a sample | 18.4 GB |");
  expect(text).toContain("| 11.5 GB to 23.0 GB |");
  expect(text).toContain("| processors | samples a second x processor time of a sample | 0.67 |");
  expect(text).not.toContain("| memory |");
});

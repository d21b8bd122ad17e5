// The measured part of docs/scale.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../../tests/integration/support/lab";
import { betweenMarkers } from "../../tests/markedPage";
import { busyness, table } from "../page";
import { median } from "../results";
import { bytesPerSample, bytesPerSeries, fleetOf, further, loadOf } from "./projection";
import { CONTENDERS, type Contender, OPERATIONS, type Operation, type Results } from "./results";

const [BEGIN, END] = ["<!-- measured: written by make scale -->", "<!-- end of what is measured -->"];

/** For how many hosts, scraped every so many seconds, the projection is made. */
const MANY = 2000;
const INTERVAL = 15;

export function writePage(results: Results): void {
  const page = join(CHECKOUT, "docs", "scale.md");
  writeFileSync(page, betweenMarkers(readFileSync(page, "utf8"), BEGIN, END, measured(results)));
}

export function measured(results: Results): string {
  const sections = [`Measured on: ${results.machine}${busyness(results)}.${booted(results)}\n`];
  const add = (title: string, rows: string[][]) => {
    if (rows.length > 1) sections.push(`### ${title}\n\n${table(rows)}`);
  };
  for (const what of OPERATIONS) add(titleOf(what), times(results, what));
  add("What a further host costs", furtherTable(results));
  add("Processor time", useTable(results));
  add("SSH log-ins on each target", logInTable(results));
  add("The state of one stack", stateTable(results));
  add("Samples", sampleTable(results));
  add(`${thousands(MANY)} hosts, on paper: Prometheus`, loadTable(results));
  add(`${thousands(MANY)} hosts, on paper: deployments`, fleetTable(results));
  return sections.join("\n");
}

const titleOf = (what: Operation) => `${what[0]?.toUpperCase()}${what.slice(1)}`;

function booted({ lab }: Results): string {
  if (lab === undefined) return "";
  const megabytes = Math.round(lab.memory / 2 ** 20);
  return ` ${lab.hosts} lab hosts had booted after ${lab.seconds} s, and took ${megabytes} MB of memory each, with nothing deployed.`;
}

function nameOf(who: Contender, { hostsPerStack, parallel }: Results): string {
  const names: Readonly<Record<Contender, string>> = {
    "one stack": "Podwatch, one stack",
    "several stacks": `Podwatch, stacks of ${hostsPerStack}, ${parallel} at once`,
    ansible: "Ansible",
    pyinfra: "pyinfra",
    floor: "floor",
  };
  return names[who];
}

function sizesOf({ runs }: Results): string[] {
  const sizes = Object.values(runs).flatMap((operations) => Object.values(operations).flatMap(Object.keys));
  return [...new Set(sizes)].sort((a, b) => Number(a) - Number(b));
}

/** Of those contenders that did it. */
function times(results: Results, what: Operation): string[][] {
  const sizes = sizesOf(results).filter((size) =>
    CONTENDERS.some((who) => results.runs[who]?.[what]?.[size] !== undefined),
  );
  const rows = CONTENDERS.flatMap((who) => {
    const byHosts = results.runs[who]?.[what];
    if (byHosts === undefined) return [];
    return [[nameOf(who, results), ...sizes.map((size) => spread(byHosts[size]?.seconds))]];
  });
  return [["", ...sizes.map(hosts)], ...rows];
}

const hosts = (size: string) => (size === "1" ? "1 host" : `${size} hosts`);

/** Median, and in parentheses the least and the most of several runs. */
function spread(seconds: readonly number[] | undefined): string {
  if (seconds === undefined) return "";
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  const range =
    seconds.length > 1 ? ` (${least.toFixed(1)} to ${most.toFixed(1)}; ${seconds.length} runs)` : "";
  return `${median(seconds).toFixed(1)} s${range}`;
}

/** Between the fewest and the most hosts that a contender and the floor have both been measured with. */
function furtherTable(results: Results): string[][] {
  const rows = (["no change", "one line"] as const).flatMap((what) =>
    CONTENDERS.flatMap((who) => {
      const [own, floor] = [results.runs[who]?.[what] ?? {}, results.runs.floor?.[what] ?? {}];
      const sizes = Object.keys(own).filter((size) => size in floor || results.runs.floor === undefined);
      const of = (runs: typeof own) =>
        further(Object.fromEntries(sizes.map((size) => [size, median(runs[size]?.seconds ?? [])])));
      const [cost, least] = [of(own), of(floor)];
      if (cost === undefined) return [];
      const [from, to] = [sizes[0], sizes.at(-1)];
      const ratio = least === undefined || who === "floor" ? "" : (cost / least).toFixed(1);
      return [[`${what}: ${nameOf(who, results)}`, `${from} to ${to}`, `${cost.toFixed(3)} s`, ratio]];
    }),
  );
  return [["", "hosts", "each further host", "times the floor's"], ...rows];
}

function useTable(results: Results): string[][] {
  const { cores } = results;
  const rows = (["no change", "one line"] as const).flatMap((what) =>
    CONTENDERS.flatMap((who) =>
      Object.entries(results.runs[who]?.[what] ?? {}).map(([size, { seconds, here, hosts: there }]) => {
        const [time, own, others] = [median(seconds), median(here), median(there)];
        const busy = Math.round((100 * (own + others)) / (cores * time));
        return [
          `${what}: ${nameOf(who, results)}`,
          size,
          ...[time, own, others].map((value) => `${value.toFixed(1)} s`),
          `${busy} %`,
        ];
      }),
    ),
  );
  return [
    ["", "hosts", "time", "deploying side", "hosts together", `of ${cores} cores in that time`],
    ...rows,
  ];
}

function logInTable(results: Results): string[][] {
  const done = OPERATIONS.filter((what) =>
    CONTENDERS.some((who) => results.logIns[who]?.[what] !== undefined),
  );
  const rows = CONTENDERS.flatMap((who) => {
    const counts = results.logIns[who];
    return counts ? [[nameOf(who, results), ...done.map((what) => String(counts[what] ?? ""))]] : [];
  });
  return [["", ...done], ...rows];
}

function stateTable({ states, runs }: Results): string[][] {
  const rows = Object.entries(states).map(([size, { resources, bytes }]) => {
    const [often, once] = (["one line", "one line, state written at the end only"] as const).map(
      (what) => runs["one stack"]?.[what]?.[size]?.seconds,
    );
    const share = often && once ? `${(median(often) - median(once)).toFixed(1)} s` : "";
    return [size, String(resources), megabytes(bytes), megabytes(2 * Number(size) * bytes), share];
  });
  return [
    [
      "hosts",
      "resources",
      "size",
      "written by one line, twice for each resource",
      "time that the writing in between costs",
    ],
    ...rows,
  ];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
const thousands = (count: number) => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, " ");

function sampleTable({ samples, memory, perSample }: Results): string[][] {
  if (samples === undefined) return [];
  const { scraped, interval, chunkBytes, chunkSamples, indexBytes, series } = samples;
  return [
    ["measured", ""],
    ["samples of a scrape of a node exporter (`scrape_samples_scraped`)", String(scraped)],
    [
      `bytes of a sample in chunks, scraped every ${interval} s: ${thousands(chunkBytes)} bytes / ${thousands(chunkSamples)} samples`,
      (chunkBytes / chunkSamples).toFixed(2),
    ],
    [
      `bytes of a series in the index of a block: ${thousands(indexBytes)} bytes / ${thousands(series)} series`,
      (indexBytes / series).toFixed(0),
    ],
    ...(memory && memory[1].series > memory[0].series
      ? [
          [
            `bytes of memory for each further series: from ${thousands(memory[0].series)} to ${thousands(memory[1].series)} series, with ${memory[0].hosts} and ${memory[1].hosts} hosts`,
            thousands(bytesPerSeries(memory)),
          ],
        ]
      : []),
    ...(perSample === undefined
      ? []
      : [
          [
            "processor time of Prometheus for each sample, with its rules",
            `${(perSample * 1e6).toFixed(0)} µs`,
          ],
        ]),
  ];
}

function loadTable(results: Results): string[][] {
  const load = loadOf(MANY, INTERVAL, results);
  const { samples } = results;
  if (load === undefined || samples === undefined) return [];
  const each = bytesPerSample(samples, INTERVAL);
  return [
    [`${thousands(MANY)} hosts, scraped every ${INTERVAL} s`, "computed as", ""],
    ["series", "hosts x samples of a scrape", thousands(load.series)],
    ["samples a second", "series / interval", thousands(load.samplesPerSecond)],
    [
      "bytes of a sample on disk",
      `in chunks, and those of a series in the index / ${7200 / INTERVAL} samples in a block of two hours`,
      each.toFixed(2),
    ],
    ["disk a day", "samples a second x 86 400 x bytes of a sample", gigabytes(load.bytesPerDay)],
    [
      "the same with the 1 to 2 bytes that Prometheus documents",
      "samples a second x 86 400 x 1 and 2",
      `${gigabytes(load.samplesPerSecond * 86_400)} to ${gigabytes(2 * load.samplesPerSecond * 86_400)}`,
    ],
    ...(load.memory === undefined
      ? []
      : [["memory", "series x bytes of memory for each series", gigabytes(load.memory)]]),
    ...(load.cores === undefined
      ? []
      : [["processors", "samples a second x processor time of a sample", load.cores.toFixed(2)]]),
  ];
}

function fleetTable(results: Results): string[][] {
  const { cores } = results;
  const duration = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;
  const rows = (["no change", "one line"] as const).flatMap((what) => {
    const inOne = Object.keys(results.runs["one stack"]?.[what] ?? {}).map(Number);
    const alone = inOne
      .filter((size) => size > 1)
      .flatMap((size) => {
        const fleet = fleetOf(MANY, size, what, results);
        if (fleet === undefined) return [];
        const { stacks, inTurn, here } = fleet;
        return [
          [`${what}, one after another`, `${stacks} of ${size}`, duration(inTurn), duration(here / cores)],
        ];
      });
    const several = Object.entries(results.runs["several stacks"]?.[what] ?? {}).at(-1);
    if (several === undefined) return alone;
    const [size, { seconds, here }] = several;
    const times = MANY / Number(size);
    const { hostsPerStack, parallel } = results;
    return [
      ...alone,
      [
        `${what}, ${parallel} at once`,
        `${Math.ceil(MANY / hostsPerStack)} of ${hostsPerStack}`,
        duration(times * median(seconds)),
        duration((times * median(here)) / cores),
      ],
    ];
  });
  const head = ["", "stacks", "as measured, where hosts share the deploying side's cores"];
  return [[...head, `the deploying side's processor time only, on ${cores} cores`], ...rows];
}

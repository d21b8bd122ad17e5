import { bytesPerSample, bytesPerSeries, fleetOf, further, loadOf } from "../../../bench/scale/projection";
import type { Results } from "../../../bench/scale/results";
import { samples } from "./samples";

const results: Results = {
  machine: "a machine",
  cores: 2,
  hostsPerStack: 10,
  parallel: 4,
  runs: { "one stack": { "no change": { "10": { seconds: [4, 2, 3], here: [5, 1, 2], hosts: [0, 0, 0] } } } },
  logIns: {},
  states: {},
  samples,
  memory: [
    { hosts: 1, series: 2000, resident: 50e6 },
    { hosts: 60, series: 62_000, resident: 170e6 },
  ],
  perSample: 5e-6,
};

test("a sample on disk is its part of a chunk, and of its series in the index of two hours", () => {
  // 1.5 bytes in chunks; 48 bytes of a series for 480 samples, or for 1440.
  expect(bytesPerSample(samples, 15)).toBeCloseTo(1.6);
  expect(bytesPerSample(samples, 5)).toBeCloseTo(1.5 + 48 / 1440);
});

test("memory for a series is what further hosts take", () => {
  expect(bytesPerSeries(results.memory as NonNullable<Results["memory"]>)).toBe(2000);
});

test("many hosts are so many series, samples and bytes", () => {
  const load = loadOf(2000, 15, results);
  expect(load?.series).toBe(2_000_000);
  expect(load?.samplesPerSecond).toBeCloseTo(133_333.3, 0);
  expect(load?.bytesPerDay).toBeCloseTo(133_333.333 * 86_400 * 1.6, -5);
  expect(load?.memory).toBe(4e9);
  expect(load?.cores).toBeCloseTo(0.667);
});

test("without what was measured there is no projection, and without memory none of it", () => {
  const { samples: _, ...none } = results;
  expect(loadOf(2000, 15, none)).toBeUndefined();
  const [few] = results.memory as NonNullable<Results["memory"]>;
  expect(loadOf(2000, 15, { ...results, memory: [few, few] })?.memory).toBeUndefined();
});

test("a fleet takes its stacks' medians, one after another", () => {
  expect(fleetOf(2000, 10, "no change", results)).toEqual({
    hostsPerStack: 10,
    stacks: 200,
    inTurn: 600,
    here: 400,
  });
  expect(fleetOf(2001, 10, "no change", results)?.stacks).toBe(201);
  expect(fleetOf(2000, 30, "no change", results)).toBeUndefined();
});

test("a further host costs the slope between the fewest and the most", () => {
  expect(further({ "60": 13, "1": 1.2, "10": 9 })).toBeCloseTo(0.2);
  expect(further({ "10": 9 })).toBeUndefined();
  expect(further({})).toBeUndefined();
});

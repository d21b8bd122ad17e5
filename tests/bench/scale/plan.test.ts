import { minutes, mostTargets, planOf, runsOf, severalSize } from "../../../bench/scale/plan";

test("without settings it is what takes half an hour at most", () => {
  const plan = planOf({});
  expect(plan).toEqual({
    sizes: [1, 10, 30, 60],
    besideSizes: [10, 30],
    runs: undefined,
    hostsPerStack: 10,
    parallel: 4,
    parts: ["one", "several", "beside"],
  });
  expect(severalSize(plan)).toBe(60);
  expect(mostTargets(plan)).toBe(60);
});

test("several stacks are measured where there are more hosts than one of them has", () => {
  expect(severalSize(planOf({ SIZES: "1 10" }))).toBeUndefined();
  expect(severalSize(planOf({ SIZES: "1 11" }))).toBe(11);
  expect(severalSize(planOf({ PARTS: "one" }))).toBeUndefined();
});

test("the estimate is below three quarters of an hour, and less with less to do", () => {
  expect(minutes(planOf({}))).toBeLessThan(45);
  expect(minutes(planOf({ PARTS: "one" }))).toBeLessThan(minutes(planOf({})));
  expect(minutes(planOf({ SIZES: "1", BESIDE_SIZES: "1" }))).toBeLessThan(5);
});

test("many hosts are measured less often, and what is slow once", () => {
  const plan = planOf({});
  expect([1, 10, 30, 60].map((hosts) => runsOf(plan, hosts))).toEqual([3, 3, 2, 2]);
  expect([10, 30].map((hosts) => runsOf(plan, hosts, true))).toEqual([1, 1]);
  expect(runsOf(planOf({ RUNS: "5" }), 60, true)).toBe(5);
});

test("sizes grow, each once, and those of other tools count where they are measured", () => {
  expect(planOf({ SIZES: "10 1 10" }).sizes).toEqual([1, 10]);
  expect(mostTargets(planOf({ SIZES: "1", BESIDE_SIZES: "3", PARTS: "one" }))).toBe(1);
  expect(mostTargets(planOf({ SIZES: "1", BESIDE_SIZES: "3", PARTS: "beside" }))).toBe(3);
});

test.each([
  [{ SIZES: "ten" }, 'SIZES "ten" are not whole numbers'],
  [{ SIZES: "" }, "SIZES is empty"],
  [{ RUNS: "0" }, 'RUNS "0" are not whole numbers'],
  [{ PARALLEL: "1 2" }, "PARALLEL is one whole number"],
  [{ PARTS: "one two" }, 'PARTS has no "two": use one, several, beside'],
])("%j is refused", (env, message) => {
  expect(() => planOf(env)).toThrow(message);
});

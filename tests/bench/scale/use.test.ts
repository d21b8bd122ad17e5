import { processorTime, unifiedTree } from "../../../bench/scale/use";

test("the tree of cgroup v2 is found, also beside v1", () => {
  const mounts = [
    "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0",
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0",
  ];
  expect(unifiedTree(mounts.join("\n"))).toBe("/sys/fs/cgroup/unified");
  expect(() => unifiedTree(mounts[0] as string)).toThrow("cgroup v2 is not mounted");
});

test("processor time is that of the whole group", () => {
  expect(processorTime("usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\n")).toBe(1.5);
  expect(() => processorTime("nr_periods 0\n")).toThrow("tells no usage_usec");
});

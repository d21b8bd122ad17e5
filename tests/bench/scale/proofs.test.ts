// What `make scale` would notice, if it were not as deployed.
import { valuesOf } from "../../../bench/scale/beside";
import { batches, faultOf } from "../../../bench/scale/hosts";
import { keep, noteLogIns, type Results } from "../../../bench/scale/results";
import { blocksIn } from "../../../bench/scale/samples";
import { fleetChanges } from "../../../bench/scale/sites";

test("a node exporter with the former argument, or with none, is noticed", () => {
  expect(faultOf(["cpu", "nfs"], "base")).toBeUndefined();
  expect(faultOf(["cpu", "infiniband"], "changed")).toBeUndefined();
  expect(faultOf(["cpu", "infiniband"], "base")).toMatch(/^it has not nfs/);
  expect(faultOf(["cpu", "infiniband", "nfs"], "changed")).toBe("it has nfs still");
  expect(faultOf([""], "base")).toMatch(/^it has not nfs/);
});

test("changes of a fleet are those of all of its stacks, none of which failed", () => {
  const told = (second: object) =>
    JSON.stringify({ stacks: { a: { exitCode: 0, changes: ["2 updated", "3 unchanged"] }, b: second } });
  expect(fleetChanges(told({ exitCode: 0, changes: ["4 unchanged"] }), ["a", "b"])).toEqual({
    updated: 2,
    unchanged: 7,
  });
  expect(() => fleetChanges(told({ exitCode: 1 }), ["a", "b"])).toThrow("the stack b ended with 1");
  expect(() => fleetChanges(told({}), ["a", "b"])).toThrow("the stack b ended with undefined");
});

test("sizes of blocks are read, with the figures of all of them", () => {
  const text =
    '3000\n4800\n{"stats": {"numSamples": 1500, "numSeries": 60}}{"stats": {"numSamples": 500, "numSeries": 40}}';
  expect(blocksIn(text)).toEqual({ chunkBytes: 3000, indexBytes: 4800, chunkSamples: 2000, series: 100 });
  expect(() => blocksIn("0\n0\ncat: no such file")).toThrow("no block is in");
});

test("what other tools deploy is in the headers of Podwatch's bundle", () => {
  const headers = {
    account: ["podwatch-node"],
    "host-directory": ["/var/lib/podwatch/textfile"],
    program: ["node_exporter-1.9.1-abc node_exporter"],
    download: ["x86_64 11 amd64/node_exporter http://a/1", "aarch64 22 arm64/node_exporter http://a/2"],
  };
  expect(valuesOf({ headers, parts: {} }, "aarch64")).toEqual({
    account: "podwatch-node",
    textfiles: "/var/lib/podwatch/textfile",
    program: "/var/lib/podwatch/programs/node_exporter-1.9.1-abc",
    sha256: "22",
    member: "arm64/node_exporter",
    url: "http://a/2",
  });
  expect(() => valuesOf({ headers, parts: {} }, "armv7l")).toThrow("names no release for armv7l");
  expect(() => valuesOf({ headers: {}, parts: {} }, "x86_64")).toThrow("names no release");
});

test("what runs used is kept, by contender, operation and hosts", () => {
  const results: Results = {
    machine: "",
    cores: 2,
    hostsPerStack: 10,
    parallel: 4,
    runs: {},
    logIns: {},
    states: {},
  };
  keep(results, "floor", "no change", 10, { seconds: 1.23456, here: 2, hosts: 3 });
  keep(results, "floor", "no change", 10, { seconds: 2, here: 3, hosts: 4 });
  keep(results, "floor", "no change", 30, { seconds: 5, here: 6, hosts: 7 });
  for (const count of [2, 4, 0]) noteLogIns(results, "floor", "no change", count);
  expect(results.logIns).toEqual({ floor: { "no change": 4 } });
  expect(results.runs).toEqual({
    floor: {
      "no change": {
        "10": { seconds: [1.235, 2], here: [2, 3], hosts: [3, 4] },
        "30": { seconds: [5], here: [6], hosts: [7] },
      },
    },
  });
});

test("hosts boot ten at a time", () => {
  expect(batches(Array.from({ length: 21 })).map(({ length }) => length)).toEqual([10, 10, 1]);
});

import { readDrift, reportDrift } from "../../operate/drift";
import type { Answer } from "../../operate/everywhere";
import { reportRepair } from "../../operate/repair";
import { readState } from "../../operate/state";
import { readStatus, reportStatus } from "../../operate/status";
import { table } from "../../operate/table";
import { reportVerify } from "../../operate/verify";
import { exported, resources } from "./exported";

const [host] = readState(exported(resources("a", "sudo")), "dev");
if (host === undefined) {
  throw new Error("no host");
}
const answer = <T>(value: T): Answer<T> => ({ host, value });
const GONE: Answer<never> = { host, error: "it cannot be reached" };

const PRINTED = `service network
unit podwatch-network.service
release 1ec9d738012cd2ea
NRestarts 0
LoadState loaded
ActiveState active
ActiveEnterTimestamp @1795257684
ready yes
service prometheus
unit podwatch-prometheus.service
release 705e403ed589b548
interrupted yes
NRestarts 2
LoadState masked
ActiveState inactive
ActiveEnterTimestamp
image docker.io/prom/prometheus:v3.5.3
ready no
`;

describe("status", () => {
  test("parses the runner's output", () => {
    expect(readStatus(PRINTED)).toEqual([
      {
        name: "network",
        unit: "podwatch-network.service",
        state: "active",
        ready: true,
        healthy: true,
        image: null,
        since: "2026-11-21T10:41:24Z",
        release: "1ec9d738012cd2ea",
        interrupted: false,
        restarts: 0,
      },
      {
        name: "prometheus",
        unit: "podwatch-prometheus.service",
        state: "masked",
        ready: false,
        healthy: false,
        image: "docker.io/prom/prometheus:v3.5.3",
        since: null,
        release: "705e403ed589b548",
        interrupted: true,
        restarts: 2,
      },
    ]);
  });

  test.each(["inactive", "activating", "deactivating", "failed"])(
    "a container that answers while its unit is %s is unhealthy: systemd does not look after it",
    (state) => {
      const [service] = readStatus(
        `service nginx\nunit podwatch-nginx.service\nLoadState loaded\nActiveState ${state}\nready yes\n`,
      );
      expect(service).toMatchObject({ state, ready: true, healthy: false });
      const { json, exitCode } = reportStatus([answer(service === undefined ? [] : [service])]);
      expect([json, exitCode]).toMatchObject([{ healthy: false }, 3]);
    },
  );

  test("a unit that systemd does not know is missing", () => {
    expect(readStatus("service nginx\nLoadState not-found\nActiveState inactive\nready no\n")[0]?.state).toBe(
      "missing",
    );
  });

  test("ends with 0, 3 for something unhealthy, 1 for a host without an answer", () => {
    const [healthy, unhealthy] = readStatus(PRINTED).map((service) => answer([service]));
    if (healthy === undefined || unhealthy === undefined) {
      throw new Error("no services");
    }
    expect(reportStatus([healthy]).exitCode).toBe(0);
    expect(reportStatus([healthy, unhealthy]).exitCode).toBe(3);
    expect(reportStatus([GONE, unhealthy])).toMatchObject({ exitCode: 1, json: { healthy: false } });
    expect(reportStatus([GONE]).text).toMatch(/^host a: it cannot be reached$/m);
  });
});

describe("drift", () => {
  test("parses the runner's output", () => {
    const text = "runner aa\nfile changed files/a b.yml\nunit stopped podwatch-nginx.service\n";
    expect(readDrift("nginx", text, "aa")).toEqual([
      { service: "nginx", object: "file", what: "changed", which: "files/a b.yml" },
      { service: "nginx", object: "unit", what: "stopped", which: "podwatch-nginx.service" },
    ]);
    expect(readDrift("nginx", "runner bb\n", "aa")).toEqual([
      { service: "runner", object: "runner", what: "changed", which: "digest bb" },
    ]);
  });

  test("ends with 0, 2 for drift, 1 for a host without an answer", () => {
    const changed = answer(readDrift("nginx", "file changed files/a\n", ""));
    expect(reportDrift([answer([])])).toMatchObject({ exitCode: 0, text: "no drift\n" });
    expect(reportDrift([answer([]), changed])).toMatchObject({ exitCode: 2, json: { drift: true } });
    expect(reportDrift([GONE, changed]).exitCode).toBe(1);
    expect(reportDrift([GONE]).text).toBe("host a: it cannot be reached\n");
  });
});

test("repair ends with 1 while something still differs", () => {
  const left = readDrift("nginx", "unit masked podwatch-nginx.service\n", "");
  expect(reportRepair([answer({ repaired: [], left: [] })])).toMatchObject({
    exitCode: 0,
    text: "host a: nothing to repair\n",
  });
  expect(reportRepair([answer({ repaired: ["nginx"], left })])).toMatchObject({
    exitCode: 1,
    text: "host a: put back nginx; still different: nginx: unit masked podwatch-nginx.service\n",
  });
});

test("verify ends with 0, 3 for a failed check, 1 for a host without an answer", () => {
  const passed = answer([{ check: "front", passed: true, detail: "answers" }]);
  const failed = answer([{ check: "front", passed: false, detail: "/ is answered with status 502" }]);
  expect(reportVerify([passed])).toMatchObject({ exitCode: 0, text: "ok      a  front: answers\n" });
  expect(reportVerify([passed, failed])).toMatchObject({ exitCode: 3, json: { passed: false } });
  expect(reportVerify([failed, GONE]).exitCode).toBe(1);
});

test("verify counts what fails only because of another check", () => {
  const becauseOf = "data source Prometheus (mon1)";
  const needs = { passed: false, becauseOf, detail: "needs data source Prometheus (mon1)" };
  const checks = [
    { check: becauseOf, passed: false, detail: "no route to host" },
    { check: "dashboard Hosts", ...needs },
    { check: "dashboard Overview", ...needs },
    { check: "dashboard Region", passed: true, detail: "2 of 2 panels with data" },
  ];
  const { text, json } = reportVerify([answer(checks)]);
  expect(text).toBe(
    "FAILED  a  data source Prometheus (mon1): no route to host; 2 dashboards need it\n" +
      "ok      a  dashboard Region: 2 of 2 panels with data\n",
  );
  expect(json).toMatchObject({ passed: false, hosts: [{ checks }] });
});

test("a table has columns as wide as they need to be", () => {
  expect(table(["A", "LONG"], [["wider", "x"], ["y"]])).toBe("A      LONG\nwider  x\ny\n");
});

// The rules that keep a container to what its service may connect to. That they do is tried in tests/integration/isa.test.ts.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  shell.write(
    "state/services/apache-exporter/current/headers",
    "service apache-exporter\nreach 10.89.77.1 80\nreach 10.89.77.1 8088\n",
  );
  const called = join(shell.directory, "called");
  program("podman", "echo 4711");
  program("nsenter", `{ echo "$*"; cat; } >>"${called}"`);
  program("nft", ":");
});

afterEach(() => shell.remove());

function program(name: string, script: string) {
  shell.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(shell.directory, "bin", name), 0o755);
}

const called = () => {
  const path = join(shell.directory, "called");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
};

const HOME =
  "home=$STATE/services/apache-exporter; service=apache-exporter; container=podwatch-apache-exporter";

test("in the container's own network, all is dropped but answers and what is named", () => {
  expect(shell.run("confine_service apache-exporter </dev/null")).toMatchObject({ status: 0, stderr: "" });
  expect(called()).toEqual([
    "--net=/proc/4711/ns/net nft -f -",
    "table inet podwatch {",
    "  chain output {",
    "    type filter hook output priority 0; policy drop;",
    '    oifname "lo" accept',
    "    ct state established,related accept",
    "    ip daddr 10.89.77.1 tcp dport 80 accept",
    "    ip daddr 10.89.77.1 tcp dport 8088 accept",
    "  }",
    "}",
  ]);
});

test("rules that cannot be set fail the start", () => {
  program("nsenter", "exit 1");
  const { status, stderr } = shell.run("confine_service apache-exporter </dev/null");
  expect([status, stderr]).toEqual([
    1,
    "podwatch: podwatch-apache-exporter cannot be confined to what it is to reach\n",
  ]);
});

test("without nft it is refused before anything is changed; what reaches anything needs none", () => {
  const without = 'command() { [ "$2" != nft ]; };';
  const check = (headers: string) => {
    shell.write("candidate/headers", headers);
    return shell.run(`${HOME}; candidate=${shell.directory}/candidate; ${without} refuse_unconfinable`);
  };
  expect(check("reach 10.89.77.1 80\n").stderr).toMatch(
    /the command nft is not installed on this host; without it/,
  );
  expect(check("service other\n").status).toBe(0);
});

test("a container without its rules is drift", () => {
  const drift = () => shell.run(`${HOME}; confinement_drift "$home/current"`).stdout;
  expect(drift()).toBe("");
  program("nsenter", "exit 1");
  expect(drift()).toBe("container unconfined podwatch-apache-exporter\n");
});

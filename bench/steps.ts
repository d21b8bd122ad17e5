// What a run that changes something consists of: by the times at which Pulumi reports each step, and by what the runner calls
// on the host meanwhile.
import type { LabHost } from "../tests/integration/support/lab";
import type { Podwatch, Report } from "./podwatch";
import { record, type Steps } from "./results";

/** A part of a run: from the end of the one before until a line is reported, the last of those if there are several. */
type Part = readonly [what: string, until: RegExp];

const PARTS: Readonly<Record<"first" | "one line", readonly Part[]>> = {
  first: [
    ["the CLI, the language host and the program start", /pulumi:pulumi:Stack .* creating/],
    ["the rest of the program; the plugins start", /-runner-gate creating/],
    ["a log-in that checks access; the gate, which checks the host", /-runner-gate created/],
    ["the runner is installed", /-runner created/],
    ["the network, and beside it the secret", /-(network-service|password-secret) created/],
    ["the three services, side by side", /-service created/],
    ["the end", /^$/],
  ],
  "one line": [
    ["the CLI, the language host and the program start", /-service updating/],
    ["a log-in that checks access; the service", /-service updated/],
    ["the end", /^$/],
  ],
};

/** What the runner calls, by what it is for; the first that fits. */
const CALLS: ReadonlyArray<readonly [what: string, call: RegExp]> = [
  ["podman run: a check of files", /^podman run /],
  ["podman exec: a script in a running container", /^podman exec /],
  ["podman: anything else", /^podman /],
  ["systemctl daemon-reload", /^systemctl daemon-reload/],
  ["systemctl: a start or restart", /^systemctl .*\b(re)?start\b/],
  ["systemd-analyze: a check of a unit", /^systemd-analyze /],
  ["any other of these programs", /./],
];

const PROGRAMS = ["podman", "systemctl", "systemd-analyze", "journalctl", "nft", "iptables", "ip6tables"];
const LOG = "/var/log/bench-calls";

/** Measures a first deployment and a changed line, so many times. */
export async function measureSteps(steps: Steps, podwatch: Podwatch, host: LabHost, runs: number) {
  for (let run = 0; run < runs; run++) {
    // The calls are watched in runs of their own: that takes time.
    for (const watched of [false, true]) {
      if (watched) await watch(host);
      await podwatch.prepare([host], "base");
      const first = await podwatch.deployReported();
      const callsOfFirst = watched ? await callsSince(host) : [];
      await podwatch.prepare([host], "changed");
      const change = await podwatch.deployReported();
      const callsOfChange = watched ? await callsSince(host) : [];
      await podwatch.destroy();
      if (watched) {
        await unwatch(host);
        note(steps, "first", callsOfFirst);
        note(steps, "one line", callsOfChange);
      } else {
        split(steps, "first", first);
        split(steps, "one line", change);
      }
    }
  }
}

function split(steps: Steps, operation: keyof typeof PARTS, report: Report): void {
  let before = 0;
  for (const [what, until] of PARTS[operation]) {
    const lines = report.lines.filter(({ text }) => until.test(text) && text !== "");
    const at = lines.at(-1)?.seconds ?? (until.test("") ? report.seconds : Number.NaN);
    record(steps, operation, what, at - before);
    before = at;
  }
}

/** Puts a program in front of each that is watched, where the runner looks first. */
async function watch(host: LabHost): Promise<void> {
  await host.exec(`
    for program in ${PROGRAMS.join(" ")}; do
      real=$(command -v "$program") || continue
      printf '#!/bin/sh\\nbegun=$(date +%%s.%%N)\\n%s "$@"; code=$?\\necho "$begun $(date +%%s.%%N) %s $*" >>${LOG}\\nexit $code\\n' \\
        "$real" "$program" >"/usr/local/sbin/$program"
      chmod +x "/usr/local/sbin/$program"
    done
    : >${LOG}`);
}

async function unwatch(host: LabHost): Promise<void> {
  await host.exec(`cd /usr/local/sbin && rm -f ${PROGRAMS.join(" ")} ${LOG}`);
}

interface Call {
  readonly seconds: number;
  readonly text: string;
}

async function callsSince(host: LabHost): Promise<Call[]> {
  const log = await host.exec(`cat ${LOG}; : >${LOG}`);
  return log.split("\n").flatMap((line) => {
    const [, begun, ended, text = ""] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
    return begun === undefined ? [] : [{ seconds: Number(ended) - Number(begun), text }];
  });
}

function note(steps: Steps, operation: string, calls: readonly Call[]): void {
  const kind = ({ text }: Call) => CALLS.findIndex(([, call]) => call.test(text));
  for (const [index, [what]] of CALLS.entries()) {
    const found = calls.filter((call) => kind(call) === index);
    if (found.length === 0) continue;
    const seconds = found.reduce((sum, call) => sum + call.seconds, 0);
    record(steps, `${operation}, calls on the host`, `${found.length} x ${what}`, seconds);
  }
}

// The log lines that a failed start is told with. The real journal is read in tests/integration/transaction.test.ts.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

/** Stand-in for journalctl: a line `<unit or container> <message>` an entry, whose number is its cursor; knows no times. */
const JOURNALCTL = `#!/bin/sh
cd "$PODMAN_STATE"
after=0 lines= show= field=
while [ $# -gt 0 ]; do
  case $1 in
    --no-pager | --quiet | --user) ;;
    --output) [ "$2" = cat ] || exit 125; shift ;;
    --lines) lines=$2; shift ;;
    --show-cursor) show=yes ;;
    --after-cursor) after=\${2#n=}; shift ;;
    --unit) field=$2; shift ;;
    CONTAINER_NAME=*) field=\${1#*=} ;;
    *) echo "stand-in for journalctl: called with $*" >&2; exit 125 ;;
  esac
  shift
done
tail -n "+$((after + 1))" journal | grep "^$field" | { if [ -n "$lines" ]; then tail -n "$lines"; else cat; fi; } | sed 's/^[^ ]* //'
[ -z "$show" ] || [ ! -s journal ] || echo "-- cursor: n=$(wc -l <journal)"
`;

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  shell.write("bin/journalctl", JOURNALCTL);
  chmodSync(join(shell.directory, "bin/journalctl"), 0o755);
});

afterEach(() => shell.remove());

/** What is told of lines that were logged before and after a start. */
function told(before: readonly string[], after: readonly string[], rootless = ""): string[] {
  shell.write("podman/journal", before.map((line) => `${line}\n`).join(""));
  shell.write("more", after.map((line) => `${line}\n`).join(""));
  const { status, stdout, stderr } = shell.run(
    `ROOTLESS=${rootless}; since=$(end_of_journal); cat ${shell.directory}/more >>"$PODMAN_STATE/journal"
    last_log_lines podwatch-web "$since"`,
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").slice(0, -1);
}

const web = (message: string) => `podwatch-web ${message}`;

test.each(["", "yes"])("are those since the start, and nobody else's (rootless: %p)", (rootless) => {
  const lines = [web("new one"), "podwatch-other not ours", web("-- cursor: n=0"), web("new two")];
  expect(told([web("old")], lines, rootless)).toEqual(["  | new one", "  | -- cursor: n=0", "  | new two"]);
});

test("are without the list of all options that some programs print after the reason, at each start", () => {
  const usage = (program: string) => [
    web(`usage: ${program} [<flags>]`),
    web("The server"),
    web("Flags:"),
    ...Array.from({ length: 30 }, (_, index) => web(`      --option.${index}="data/"  An error: none.`)),
  ];
  const start = [web('Error parsing command line arguments: unknown unit "x"'), ...usage("prometheus")];
  const reason = '  | Error parsing command line arguments: unknown unit "x"';
  expect(told([], [...start, ...start])).toEqual([reason]);
  // What comes after it is told again, and the reason may come late.
  const late = [...usage("web"), web("web: error: unknown flag"), web("time=1 msg=gone")];
  expect(told([], late)).toEqual(["  | web: error: unknown flag", "  | time=1 msg=gone"]);
  expect(told([], [web("flag provided but not defined: -x"), web("Usage of web:"), web("  -a int")])).toEqual(
    ["  | flag provided but not defined: -x"],
  );
});

// Prometheus prints the reason to one stream and its options to another.
test.each([1, 2, 3, 4, 5, 20, 34])(
  "have the reason where it stands among the options, at line %p",
  (place) => {
    const reason = 'Error parsing command line arguments: unknown unit "x"';
    const usage = [
      "usage: prometheus [<flags>]",
      "",
      "The Prometheus monitoring server",
      "Flags:",
      ...Array.from({ length: 15 }, (_, index) => [
        `      --option.${index}=data`,
        "                                 An error: none.",
      ]).flat(),
    ];
    const start = usage.toSpliced(place, 0, reason).map(web);
    expect(told([], [...start, ...start, ...start])).toEqual([`  | ${reason}`]);
    const after = ["panic: gone", "goroutine 1 [running]:", "\tmain.go:7"];
    expect(told([], [...start, ...after.map(web)])).toEqual([reason, ...after].map((line) => `  | ${line}`));
  },
);

test("are a dozen although each is followed by an empty one", () => {
  const lines = Array.from({ length: 12 }, (_, index) => web(`line ${index}`));
  expect(
    told(
      [],
      lines.flatMap((line) => [line, web("")]),
    ),
  ).toHaveLength(12);
});

test("are the last dozen, after what podman complained of", () => {
  const many = Array.from({ length: 30 }, (_, index) => web(`line ${index}`));
  const lines = ["podwatch-web.service Error: no such image", "podwatch-web.service Starting", ...many];
  expect(told([], lines)).toEqual([
    "  | Error: no such image",
    ...many.slice(-12).map((line) => line.replace("podwatch-web", "  |")),
  ]);
});

test("are there although the journal was empty, and none where nothing was logged", () => {
  expect(told([], [web("first")])).toEqual(["  | first"]);
  expect(told([web("old")], [])).toEqual([]);
});

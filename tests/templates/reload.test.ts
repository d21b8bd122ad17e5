// How a program of the Prometheus family is made to take a new configuration, with stand-ins for the program: `wget` shows
// its metrics, and a signal to it is noted.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../lib/shellRun";

const template = (path: string) => readFileSync(join(__dirname, "../../templates", path), "utf8");

const HOOK = template("shared/reload.sh");

/** Metrics as the real Prometheus shows them. */
const metrics = (time: string, successful: number) =>
  [
    "# HELP prometheus_config_last_reload_success_timestamp_seconds Timestamp of the last successful configuration reload.",
    `prometheus_config_last_reload_success_timestamp_seconds ${time}`,
    "# HELP prometheus_config_last_reload_successful Whether the last configuration reload attempt was successful.",
    `prometheus_config_last_reload_successful ${successful}`,
    "prometheus_engine_queries 0",
  ].join("\n");

/** Runs the hook; the n-th look at the metrics shows the n-th of these, or the last. Waiting takes no time. */
function reload(...looks: readonly string[]) {
  const cases = looks.map((look, index) => `${index === looks.length - 1 ? "*" : index + 1}) ${look} ;;`);
  const program = `
    service=prometheus metrics=http://localhost/metrics
    count=$(mktemp)
    trap 'rm -f "$count"' EXIT
    wget() { echo x >>"$count"; case $(grep -c x "$count") in ${cases.join("\n")} esac; }
    sleep() { echo "sleep $1"; }
    kill() { echo "kill $*"; }
    date() { echo 1795000100; }`;
  const { status, stdout, stderr } = attempt(`${program}\n${HOOK}`);
  return { status, said: stderr, did: stdout.trim().split("\n") };
}

const shows = (time: string, successful: number) => `echo '${metrics(time, successful)}'`;
const BEFORE = shows("1.795000001e+09", 1);
const FAILS = "return 1";

test("a time that is another one proves it", () => {
  expect(reload(BEFORE, BEFORE, shows("1.7950001e+09", 1))).toEqual({
    status: 0,
    said: "",
    did: ["kill -HUP 1", "sleep 0.05", "sleep 0.05"],
  });
});

test("a program that was not content before may be content now", () => {
  expect(reload(shows("1.795000001e+09", 0), shows("1.7950001e+09", 1)).status).toBe(0);
});

test("in the second of the reload before, it waits for the next", () => {
  const { status, did } = reload(shows("1.7950001e+09", 1), shows("1.795000101e+09", 1));
  expect([status, did]).toEqual([0, ["sleep 1", "kill -HUP 1", "sleep 0.05"]]);
});

test("a configuration that is refused is told of", () => {
  expect(reload(BEFORE, BEFORE, shows("1.795000001e+09", 0))).toMatchObject({
    status: 1,
    said: "prometheus refused the new configuration\n",
  });
});

test("no answer proves nothing", () => {
  const { status, said, did } = reload(BEFORE, FAILS);
  expect([status, said]).toEqual([1, "prometheus did not reload within 20 s\n"]);
  // Each look may have taken 2 s.
  expect(did).toEqual(["kill -HUP 1", "sleep 0.05", "sleep 0.05", ...Array(8).fill("sleep 0.2")]);
  expect(reload(BEFORE, FAILS, BEFORE, FAILS, shows("1.7950001e+09", 1)).status).toBe(0);
});

test("without an answer before, no signal is sent", () => {
  expect(reload(FAILS)).toEqual({
    status: 1,
    said: "prometheus does not say which configuration is in force\n",
    did: ["sleep 0.2", "sleep 0.2", "sleep 0.2", "sleep 0.2"],
  });
});

describe("a moment at which no scrape is due", () => {
  const QUERY = 'up{job=~"a+b"} % 2 > 1 or x';
  const DUE = '{"data":{"result":[{"metric":{},"value":[1,"2"]}]}}';
  const NONE = '{"data":{"result":[]}}';

  /** Waits for it; the n-th question is answered by the n-th line. */
  function awaitMoment(...lines: readonly string[]) {
    const answers = lines.map((line, index) => `${index === lines.length - 1 ? "*" : index + 1}) ${line} ;;`);
    const program = `
      due='${QUERY}' metrics=http://127.0.0.1:9090/prometheus/metrics
      asked=$(mktemp)
      trap 'rm -f "$asked"' EXIT
      wget() { echo "$*" >>"$asked"; case $(grep -c . "$asked") in ${answers.join("\n")} esac; }
      sleep() { :; }
      ${template("prometheus/moment.sh")}
      await_moment
      cat "$asked"`;
    const { status, stdout, stderr } = attempt(program);
    return { status, stderr, asked: stdout.trim().split("\n") };
  }

  test("is waited for", () => {
    const { status, stderr, asked } = awaitMoment(`echo '${DUE}'`, `echo '${DUE}'`, `echo '${NONE}'`);
    expect([status, stderr, asked.length]).toEqual([0, "", 3]);
    expect(asked[0]).toBe(
      '-q -T 2 -O - --post-data query=up{job=~"a%2Bb"} %25 2 > 1 or x http://127.0.0.1:9090/prometheus/api/v1/query',
    );
  });

  test("is not waited for without end, nor where Prometheus does not answer", () => {
    expect(awaitMoment(`echo '${DUE}'`).asked).toHaveLength(40);
    expect(awaitMoment("return 1").asked).toHaveLength(1);
  });

  test("comes right before the signal", () => {
    const { status, stdout } = attempt(`
      service=prometheus metrics=x
      wget() { echo look >&2; echo '${metrics("1.795000001e+09", 1)}'; }
      await_moment() { echo moment; }
      sleep() { :; }
      kill() { echo "kill $*"; exit; }
      date() { echo 1795000100; }
      ${HOOK}`);
    expect([status, stdout]).toEqual([0, "moment\nkill -HUP 1\n"]);
  });
});

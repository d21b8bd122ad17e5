// Cases of the shipped alerts as files for `promtool test rules`.
import { inSeconds } from "../../lib/duration";
import type { Alert, AlertValues } from "../../lib/rules/model";
import { shippedRules, usualValues } from "../../lib/rules/render";
import { toYaml } from "../../lib/yaml";
import type { AlertCases, Firing, Silent, Situation } from "./model";

/** One thing that is put to promtool: a rule, and what is expected of it. */
export interface Question {
  readonly alert: string;
  readonly title: string;
  readonly rules: string;
  readonly tests: string;
}

const RUNBOOKS = "https://mon.example/runbooks";
const STEP = "1m";
const MARGIN = 0.1;

/** Everything that the cases of an alert ask. */
export function questions(alert: Alert, cases: AlertCases): Question[] {
  return [
    ...Object.entries(cases.fires).flatMap(([title, firing]) => [
      ask(alert, `fires ${title}`, rule(alert), firing, fires(alert, firing)),
      ...moved(alert, title, firing, true),
    ]),
    ...Object.entries(cases.silent ?? {}).flatMap(([title, silent]) => [
      ask(alert, `is silent ${title}`, rule(alert, {}, "0s"), silent, staysSilent(alert, silent)),
      ...moved(alert, title, silent, false),
    ]),
  ];
}

/** With the threshold a little further off, what fired is silent; a little nearer, what was silent fires. */
function moved(alert: Alert, title: string, situation: Firing | Silent, firing: boolean): Question[] {
  const { just, margin = MARGIN } = situation;
  if (just === undefined) return [];
  const usual = alert.thresholds[just]?.usual;
  if (usual === undefined) throw new Error(`${alert.name} has no threshold ${just}`);
  const up = ["above", "times", "periods", "calls"].includes(just) === firing;
  const factor = up ? 1 + margin : 1 - margin;
  const value =
    typeof usual === "number"
      ? Number((usual * factor).toPrecision(4))
      : `${Math.round(inSeconds(usual) * factor)}s`;
  const at = "since" in situation ? (situation.until ?? firesAt(alert, situation)) : situation.at;
  const rules = rule(alert, { [just]: value }, "0s");
  const expected = firing ? staysSilent(alert, { at }) : firesSomehow(alert, at);
  const words = firing ? "is silent" : "fires";
  return [ask(alert, `${words} ${title} with ${just} at ${value}`, rules, situation, expected)];
}

function ask(alert: Alert, title: string, rules: string, situation: Situation, expected: object): Question {
  const step = situation.step ?? STEP;
  const input_series = Object.entries(situation.series).map(([series, values]) => ({ series, values }));
  const tests = {
    rule_files: ["rules.yml"],
    evaluation_interval: step,
    tests: [{ interval: step, input_series, ...expected }],
  };
  return { alert: alert.name, title, rules, tests: toYaml(tests) };
}

function firesAt(alert: Alert, { since }: Firing): string {
  return `${inSeconds(since) + inSeconds(alert.for ?? "0s")}s`;
}

function fires(alert: Alert, firing: Firing) {
  const { until, labels, value, step = STEP } = firing;
  const at = firesAt(alert, firing);
  const before = inSeconds(at) - inSeconds(step);
  const alertname = alert.name;
  const exp_alerts = [
    {
      exp_labels: { severity: alert.severity, ...labels },
      exp_annotations: annotations(alert, labels, value),
    },
  ];
  return {
    alert_rule_test: [
      ...(before < 0 ? [] : [{ eval_time: `${before}s`, alertname, exp_alerts: [] }]),
      { eval_time: at, alertname, exp_alerts },
      ...(until === undefined
        ? []
        : [{ eval_time: `${inSeconds(until) + inSeconds(step)}s`, alertname, exp_alerts: [] }]),
    ],
    ...(until === undefined ? {} : firesSomehow(alert, until)),
  };
}

function staysSilent(alert: Alert, { at }: { readonly at: string }) {
  return { alert_rule_test: [{ eval_time: at, alertname: alert.name, exp_alerts: [] }] };
}

function firesSomehow(alert: Alert, at: string) {
  const expr = `count(ALERTS{alertname="${alert.name}", alertstate="firing"}) > bool 0`;
  return { promql_expr_test: [{ expr, eval_time: at, exp_samples: [{ labels: "{}", value: 1 }] }] };
}

/** What an alert says, with labels and value in their places: a second hand at what Prometheus' templates do. */
function annotations(alert: Alert, labels: Readonly<Record<string, string>>, value = "(no value)") {
  const filled = (text: string) =>
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "")
      .replaceAll(
        /\{\{ or \$labels\.(\w+) \$labels\.(\w+) \}\}/g,
        (_, one: string, other: string) => labels[one] || (labels[other] ?? ""),
      )
      .replaceAll(/\{\{ \$value[^}]*\}\}/g, value);
  return {
    summary: filled(alert.summary),
    description: filled(alert.description(usualValues(alert))),
    runbook_url: `${RUNBOOKS}/${alert.name}`,
  };
}

/** The alert alone, as it is shipped but for what is given. */
function rule(alert: Alert, changed: AlertValues = {}, lasting = alert.for): string {
  const { name, severity } = alert;
  const values = { ...usualValues(alert), ...changed };
  const settings = { enabled: true, severity, ...(lasting === undefined ? {} : { for: lasting }), values };
  const files = shippedRules([{ name: "tested", about: "", alerts: [alert] }], {
    runbookUrl: RUNBOOKS,
    alerts: { [name]: settings },
  });
  return files["shipped/tested.yml"] ?? "";
}

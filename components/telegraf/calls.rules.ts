import { alert, number, percent, type RuleGroup, ratio, seconds } from "../../lib/rules/model";

/** All calls, also those without an answer. */
const ALL = 'openstack_calls_attempted_bucket{le="+Inf"}';

/** Those that the API answers for: no answer at all, or an error of its own. */
const FAILED = 'openstack_calls_attempted_bucket{le="+Inf", status=~"none|5.."}';

const WINDOW = "30m";

const summed = (series: string, by: string) => `sum by (${by}) (increase(${series}[${WINDOW}]))`;

// That no calls are made at all is ScenarioNotRun's affair.
export const callsRules: RuleGroup = {
  name: "calls",
  about: "Calls of an API that openstacksdk reports to Telegraf, by lines.",
  alerts: [
    alert({
      name: "ApiSlow",
      severity: "warning",
      for: "5m",
      thresholds: {
        above: seconds(5, "Time that nine of ten calls keep to, in seconds, within 30 minutes."),
        calls: number(5, "Fewest calls within 30 minutes that say anything."),
      },
      what: "A service of an API answers slowly",
      expr: ({ above, calls }) =>
        `histogram_quantile(0.9, ${summed("openstack_calls_duration_bucket", "zone, service, method, resource, le")}) / 1000 > ${above}\nand ${summed(ALL, "zone, service, method, resource")} >= ${calls}`,
      summary: "{{ $labels.service }} answers {{ $labels.method }} {{ $labels.resource }} slowly",
      description: () =>
        "One of ten calls {{ $labels.method }} {{ $labels.resource }} of {{ $labels.service }}, seen from {{ $labels.zone }}, takes longer than {{ $value | humanizeDuration }}, within 30 minutes.",
    }),
    alert({
      name: "ApiFailing",
      severity: "critical",
      for: "2m",
      thresholds: {
        above: ratio(
          0.1,
          "Share of calls without an answer, or with an error of the server, within 30 minutes.",
        ),
        calls: number(5, "Fewest calls within 30 minutes that say anything."),
      },
      what: "Calls of an API fail",
      expr: ({ above, calls }) =>
        `${summed(FAILED, "zone, service")}\n/ ${summed(ALL, "zone, service")} > ${above}\nand ${summed(ALL, "zone, service")} >= ${calls}`,
      summary: "Calls of {{ $labels.service }} fail, seen from {{ $labels.zone }}",
      description: ({ above }) =>
        `{{ $value | humanizePercentage }} of the calls of {{ $labels.service }} from {{ $labels.zone }} got no answer or an error of the server within 30 minutes, more than ${percent(above)}.`,
    }),
  ],
};

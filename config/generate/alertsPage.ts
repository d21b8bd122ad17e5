// docs/alerts.md: every shipped alert with its default settings.
import { CATALOGUE } from "../../components/catalogue";
import type { Alert, RuleGroup } from "../../lib/rules/model";
import { namespace } from "../schema";

/** How alerts are changed in a stack file. */
export const ALERTS_EXAMPLE = `\`\`\`yaml
config:
  ${namespace}:alerts:
    HostCpuBusy: { above: 0.95, for: 30m, severity: info }
    HostRebooted: { enabled: false }
\`\`\`
`;

/** @param cases how many cases each alert has, by its name */
export function alertsPage(cases: Readonly<Record<string, number>>): string {
  const total = Object.values(cases).reduce((sum, count) => sum + count, 0);
  return [introduction(total), ...CATALOGUE.map((group) => chapter(group, cases))].join("\n");
}

function introduction(total: number): string {
  return `<!-- Generated from the rules of the services by \`npm run docs:config\`; change the alerts there. -->

# Alerts

These alerts are shipped with Podwatch. A stack deploys those for what it monitors, and each notification links to its runbook, which the front serves at \`/runbooks/\`.
[Alerting](alerting.md) describes receivers and routes.

Change or disable each under \`${namespace}:alerts\`, for the stack or for one host:

${ALERTS_EXAMPLE}
| severity | means |
|---|---|
| \`critical\` | act now |
| \`warning\` | investigate during working hours |
| \`info\` | for information |

\`for\` is how long the condition has to last. Shares are from 0 to 1. \`promtool\` tests every alert just beyond and just short of each threshold and of its \`for\`,
in ${total} cases; the last column counts them.
`;
}

function chapter({ name, about, alerts }: RuleGroup, cases: Readonly<Record<string, number>>): string {
  const rows = alerts.map((alert) => row(alert, cases[alert.name] ?? 0));
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return `## ${title}\n\n${about}\n\n| alert | what it says | severity | for | thresholds | cases |\n|---|---|---|---|---|---|\n${rows.join("")}`;
}

function row(alert: Alert, cases: number): string {
  const thresholds = Object.entries(alert.thresholds).map(
    ([name, { usual, meaning }]) => `\`${name}: ${usual}\` ${meaning}`,
  );
  const cells = [
    `[${alert.name}](runbooks/${alert.name}.md)`,
    alert.what,
    alert.severity,
    alert.for ?? "",
    thresholds.join("<br>"),
    String(cases),
  ];
  return `| ${cells.join(" | ")} |\n`;
}

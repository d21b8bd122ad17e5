// docs/alerts.md: every shipped alert with its usual settings.
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

These alerts come with Podwatch. A stack deploys those about what it watches, and each message links to its page, which the front serves at \`/runbooks/\`.
Who is told is in [alerting](alerting.md).

Each can be changed or switched off under \`${namespace}:alerts\`, in the stack or for one host:

${ALERTS_EXAMPLE}
| severity | means |
|---|---|
| \`critical\` | somebody has to act now |
| \`warning\` | somebody has to look at it in the daytime |
| \`info\` | good to know |

\`for\` is how long the condition has to last. A share is written from 0 to 1. Every alert is tested by \`promtool\` just beyond and just short of each threshold and of its \`for\`,
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

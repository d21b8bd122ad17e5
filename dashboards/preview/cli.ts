// `npm run dashboards:preview`: a picture of each dashboard with the data that the stack's Grafana answers with now;
// CONTRIBUTING.md, "Dashboards", says how to use it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Front } from "../../operate/front";
import { Grafana } from "../../operate/grafana";
import { Host } from "../../operate/host";
import { exportStack } from "../../operate/pulumi";
import { readState } from "../../operate/state";
import { collect, type ShownDashboard } from "./collect";
import { page } from "./page";
import { photograph } from "./picture";

const DEFAULTS = { from: "now-15m", to: "docs/images/dashboards" };

const USAGE = `npm run dashboards:preview -- [--stack STACK] [--host HOST] [--dashboard TITLE]... [--from TIME] [--to DIRECTORY]

Draws each dashboard, or those with these titles, with the data that the stack's Grafana answers with, from TIME (${DEFAULTS.from}) to now, into
DIRECTORY (${DEFAULTS.to}). Needs Chromium.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", short: "s" },
      host: { type: "string" },
      dashboard: { type: "string", multiple: true },
      from: { type: "string", default: DEFAULTS.from },
      to: { type: "string", default: DEFAULTS.to },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const dashboards = await shown(values);
  mkdirSync(values.to, { recursive: true });
  const taken = new Set<string>();
  for (const dashboard of dashboards) {
    const name = fileName(dashboard);
    const file = join(values.to, `${taken.has(name) ? `${name}-${dashboard.uid}` : name}.png`);
    taken.add(name);
    photograph(page(dashboard), file);
    process.stdout.write(`${file}: ${dashboard.panels.length} panels\n`);
  }
}

interface Wanted {
  readonly stack?: string;
  readonly host?: string;
  readonly dashboard?: string[];
  readonly from: string;
}

async function shown({ stack, host: name, dashboard, from }: Wanted): Promise<ShownDashboard[]> {
  const hosts = readState(await exportStack(stack), stack ?? "").filter(
    (candidate) => candidate.grafana !== undefined && (name === undefined || candidate.name === name),
  );
  const [deployed] = hosts;
  if (deployed?.grafana === undefined) {
    throw new Error(
      name === undefined ? "no host of the stack has Grafana" : `the stack has no host ${name} with Grafana`,
    );
  }
  const host = await Host.enter(deployed);
  try {
    return await collect(new Grafana(new Front(host), deployed.grafana), from, dashboard);
  } finally {
    host.close();
  }
}

/** Its title, in letters that every file system takes, or its uid if there are none. */
function fileName({ title, uid }: ShownDashboard): string {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return /[a-z0-9]/.test(name) ? name : uid;
}

main().catch((error: Error) => {
  process.stderr.write(`podwatch: ${error.message}\n`);
  process.exitCode = 1;
});

import { type Dashboard, panelQueries } from "./dashboard";
import { type Answer, everywhere } from "./everywhere";
import { Front } from "./front";
import { Grafana, type QueryResult } from "./grafana";
import type { Host } from "./host";
import { insist } from "./insist";
import { exitCode, type Report } from "./outcome";
import type { DeployedHost } from "./state";
import { readStatus } from "./status";
import { alertIsTaken, alertsArrive } from "./verifyAlerts";

export interface Check {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** How long one host may take besides waiting for targets, in seconds. */
const GRACE = 120;

/** Whether each host does what it is there for, asked through its front. Targets have so many seconds to come up. */
export async function verify(hosts: readonly DeployedHost[], seconds: number): Promise<Report> {
  const answers = await everywhere(hosts, { doing: "verify", within: seconds + GRACE }, (host) =>
    verifyHost(host, seconds),
  );
  return reportVerify(answers);
}

async function verifyHost(host: Host, seconds: number): Promise<Check[]> {
  const front = new Front(host);
  const { services, grafana } = host.deployed;
  const has = (name: string) => services.some((service) => service.name === name);
  if (!has("nginx")) {
    return [await check("services", () => allReady(host))];
  }
  const alertmanager = services.find(({ name }) => name === "alertmanager");
  const prometheus = has("prometheus");
  // Each of these waits, so they wait together.
  const checks = await Promise.all([
    check("front", () => startPage(front)),
    ...(prometheus ? [check("targets", () => targetsUp(front, seconds))] : []),
    ...(alertmanager ? [check("an alert", () => alertIsTaken(front, alertmanager.bundle, seconds))] : []),
    ...(alertmanager && prometheus
      ? [check("alerts of Prometheus", () => alertsArrive(front, seconds))]
      : []),
  ]);
  if (grafana !== undefined) {
    checks.push(...(await verifyGrafana(new Grafana(front, grafana))));
  }
  return checks;
}

/** A host without a front is asked through its runner. */
async function allReady(host: Host): Promise<string> {
  const statuses = readStatus(await host.call(["status", ...host.deployed.services.map(({ name }) => name)]));
  const missing = statuses.filter(({ healthy }) => !healthy).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")}: not ready`);
  }
  return statuses.map(({ name }) => `${name} is ready`).join(", ");
}

/** Runs one check; it says what it found, or throws what is wrong. */
async function check(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { check: name, passed: true, detail: await run() };
  } catch (error) {
    return { check: name, passed: false, detail: (error as Error).message };
  }
}

async function startPage(front: Front): Promise<string> {
  const { status } = await front.ask("/");
  if (status !== 200) {
    throw new Error(`/ is answered with status ${status}`);
  }
  return "answers";
}

interface Targets {
  readonly data: {
    readonly activeTargets: ReadonlyArray<{
      readonly labels: Readonly<Record<string, string>>;
      readonly health: string;
      readonly lastError: string;
    }>;
  };
}

async function targetsUp(front: Front, seconds: number): Promise<string> {
  return insist(seconds, async () => {
    const { data } = await front.json<Targets>("/prometheus/api/v1/targets?state=active");
    if (!(await hasSettled(front))) {
      throw new Error("the configuration is too new: Prometheus may not know all targets yet");
    }
    const down = data.activeTargets.filter(({ health }) => health !== "up");
    if (down.length > 0 || data.activeTargets.length === 0) {
      const told = down.map(
        ({ labels, health, lastError }) =>
          `${labels.job}/${labels.instance} is ${health}${lastError === "" ? "" : ` (${lastError})`}`,
      );
      throw new Error(told.join("; ") || "there are none");
    }
    return `${data.activeTargets.length} up`;
  });
}

/** How long Prometheus may take from a new configuration to its targets, in seconds; it looks every 5 s. */
const SETTLED_AFTER = 7;

/** Whether the list of targets is that of the configuration in force, by Prometheus' own clock. */
async function hasSettled(front: Front): Promise<boolean> {
  type Clock = { readonly data: { readonly result: readonly [now: number, value: string] } };
  type Runtime = { readonly data: { readonly lastConfigTime: string } };
  const { data: clock } = await front.json<Clock>("/prometheus/api/v1/query?query=time()");
  const { data: runtime } = await front.json<Runtime>("/prometheus/api/v1/status/runtimeinfo");
  const age = clock.result[0] - Date.parse(runtime.lastConfigTime) / 1000;
  // A configuration from the future is one from before the clock was set back.
  return age < 0 || age > SETTLED_AFTER;
}

async function verifyGrafana(grafana: Grafana): Promise<Check[]> {
  const login = await check("grafana log-in", async () => {
    const { login: user } = await grafana.get<{ login: string }>("user");
    return user;
  });
  // One wrong log-in is enough: Grafana locks users out after a few.
  if (!login.passed) {
    return [login];
  }
  return [login, ...(await verifySources(grafana)), ...(await verifyDashboards(grafana))];
}

async function verifySources(grafana: Grafana): Promise<Check[]> {
  const sources = await grafana.get<Array<{ name: string; uid: string }>>("datasources");
  return Promise.all(
    sources.map(({ name, uid }) =>
      check(`data source ${name}`, async () => {
        const { status, message } = await grafana.get<{ status: string; message: string }>(
          `datasources/uid/${uid}/health`,
        );
        if (status !== "OK") {
          throw new Error(message);
        }
        return message;
      }),
    ),
  );
}

async function verifyDashboards(grafana: Grafana): Promise<Check[]> {
  const found = await grafana.get<Array<{ title: string; uid: string }>>("search?type=dash-db&limit=5000");
  return Promise.all(
    found.map(({ title, uid }) => check(`dashboard ${title}`, () => showDashboard(grafana, uid))),
  );
}

async function showDashboard(grafana: Grafana, uid: string): Promise<string> {
  const { dashboard } = await grafana.get<{ dashboard: Dashboard }>(`dashboards/uid/${uid}`);
  const panels = panelQueries(dashboard);
  let withData = 0;
  for (const { panel, body } of panels) {
    const { results, message } = await grafana.query(body);
    const errors = Object.values(results ?? {}).flatMap(({ error }) => error ?? []);
    if (results === undefined || errors.length > 0) {
      throw new Error(`panel ${JSON.stringify(panel)}: ${errors[0] ?? message}`);
    }
    withData += Object.values(results).some(hasData) ? 1 : 0;
  }
  return `${withData} of ${panels.length} panels with data`;
}

function hasData({ frames = [] }: QueryResult): boolean {
  return frames.some(({ data }) => (data?.values ?? []).some((column) => column.length > 0));
}

export function reportVerify(answers: ReadonlyArray<Answer<Check[]>>): Report {
  const passed = answers.every(
    (answer) => answer.error === undefined && answer.value.every((one) => one.passed),
  );
  const lines = answers.flatMap((answer) =>
    answer.error === undefined
      ? answer.value.map(
          (one) => `${one.passed ? "ok    " : "FAILED"}  ${answer.host.name}  ${one.check}: ${one.detail}\n`,
        )
      : [`FAILED  ${answer.host.name}  ${answer.error}\n`],
  );
  return {
    text: lines.join(""),
    json: {
      passed,
      hosts: answers.map((answer) => ({
        name: answer.host.name,
        address: answer.host.address,
        ...(answer.error === undefined ? { checks: answer.value } : { error: answer.error, checks: [] }),
      })),
    },
    exitCode: exitCode(answers, passed ? 0 : 3),
  };
}

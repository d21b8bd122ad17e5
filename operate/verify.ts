import { type Check, check } from "./check";
import { Origins, runChecks, runCommands } from "./checks";
import { withoutTargets } from "./discovered";
import { type Answer, everywhere } from "./everywhere";
import { ExternalGrafana } from "./externalGrafana";
import { Front } from "./front";
import { Grafana } from "./grafana";
import type { Host } from "./host";
import { writeJunit } from "./junit";
import { linesAreTaken, watchesTelegraf } from "./lines";
import { exitCode, perHost, type Report } from "./outcome";
import { age, PROMETHEUS } from "./prometheus";
import { isAgent, samplesAreTaken, sendsToStores } from "./remoteWrite";
import { retry } from "./retry";
import { BACKUP } from "./saved";
import type { DeployedHost } from "./state";
import { readStatus } from "./status";
import { alertIsTaken, alertsArrive } from "./verifyAlerts";
import { lastBackup } from "./verifyBackup";
import { verifyGrafana } from "./verifyGrafana";

/** Maximum number of consecutive waits: for the services, Grafana's log-in, its lists, and their items. */
const WAITS = 4;

/** Additional time-out per host, in seconds, since alerts take longer than anything else. */
const GRACE = 300;

interface VerifyOptions {
  /** All hosts of the stack. */
  readonly stack: readonly DeployedHost[];
  /** How long each check may take, since services that just started or changed need time. */
  readonly seconds: number;
  /** File for the result as that of tests. */
  readonly junit?: string | undefined;
}

/** End-to-end checks of each host, through its front, and those of the stack file. */
export async function verify(
  hosts: readonly DeployedHost[],
  { stack, seconds, junit }: VerifyOptions,
): Promise<Report> {
  const within = WAITS * seconds + GRACE;
  const origins = new Origins(stack);
  const answers = await everywhere(hosts, { doing: "verify", within }, async (host) => {
    const checks = await Promise.all([verifyHost(host, seconds), runChecks(host, origins, seconds)]);
    return [...checks.flat(), ...(await runCommands(host))];
  });
  await origins.close();
  if (junit !== undefined) writeJunit(junit, answers);
  return reportVerify(answers);
}

async function verifyHost(host: Host, seconds: number): Promise<Check[]> {
  const { services, grafana, external: [first, ...others] = [] } = host.deployed;
  const has = (name: string) => services.some((service) => service.name === name);
  if (!has("nginx")) {
    return [await check("services", () => retry(seconds, () => allReady(host)))];
  }
  const front = new Front(host);
  const backup = services.find(({ name }) => name === BACKUP);
  const alertmanager = services.find(({ name }) => name === "alertmanager");
  const prometheus = services.find(({ name }) => name === "prometheus");
  const agent = services.some(({ name, bundle }) => name === "prometheus" && isAgent(bundle));
  // The first is made right after the deployment.
  const saved = backup
    ? [check("the last good backup", () => retry(seconds, () => lastBackup(host, backup.bundle)))]
    : [];
  // Each of these waits, so they run in parallel.
  const checks = await Promise.all([
    check("front", () => retry(seconds, () => startPage(front))),
    ...saved,
    ...(prometheus
      ? [check("targets", () => retry(seconds, () => targetsUp(front, prometheus.bundle)))]
      : []),
    ...(agent || (prometheus && sendsToStores(prometheus.bundle))
      ? [check("samples sent", () => retry(seconds, () => samplesAreTaken(front)))]
      : []),
    ...(prometheus && !agent && watchesTelegraf(prometheus.bundle)
      ? [check("lines to InfluxDB", () => retry(seconds, () => linesAreTaken(front)))]
      : []),
    ...(alertmanager ? [check("an alert", () => alertIsTaken(host, alertmanager.bundle, seconds))] : []),
    ...(alertmanager && prometheus && !agent
      ? [check("alerts of Prometheus", () => alertsArrive(front, seconds))]
      : []),
  ]);
  if (grafana !== undefined) {
    checks.push(...(await verifyGrafana(new Grafana(front, grafana), seconds)));
  }
  if (first !== undefined) {
    const elsewhere = new ExternalGrafana([first, ...others]);
    const own = [first, ...others].map(({ body }) => JSON.parse(body).uid);
    checks.push(...(await verifyGrafana(elsewhere, seconds, (uid) => own.includes(uid))));
  }
  return checks;
}

/** A host without a front is checked through its runner. */
async function allReady(host: Host): Promise<string> {
  const statuses = readStatus(await host.call(["status", ...host.deployed.services.map(({ name }) => name)]));
  const missing = statuses.filter(({ healthy }) => !healthy).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")}: not ready`);
  }
  return statuses.map(({ name }) => `${name} is ready`).join(", ");
}

async function startPage(front: Front): Promise<string> {
  const { status: first } = await front.ask("/");
  // With another page at its root it leads on there, and the start page has an address of its own.
  const status = first === 307 ? (await front.ask("/start")).status : first;
  if (status !== 200) {
    throw new Error(`/ is answered with status ${status}`);
  }
  return "answers";
}

interface Targets {
  readonly data: {
    readonly activeTargets: ReadonlyArray<{
      readonly labels: Readonly<Record<string, string>>;
      readonly scrapePool: string;
      readonly health: string;
      readonly lastError: string;
    }>;
  };
}

async function targetsUp(front: Front, bundle: string): Promise<string> {
  const { data } = await front.json<Targets>(`${PROMETHEUS}/targets?state=active`);
  if (!(await hasSettled(front))) {
    throw new Error("the configuration is too new: Prometheus may not know all targets yet");
  }
  const down = data.activeTargets.filter(({ health }) => health !== "up");
  if (down.length > 0 || data.activeTargets.length === 0) {
    throw new Error(toldOf(down).join("; ") || "there are none");
  }
  return `${data.activeTargets.length} up${withoutTargets(bundle, data.activeTargets)}`;
}

/** One part for all targets of an instance, with the first error: a host that is away has many. */
function toldOf(down: Targets["data"]["activeTargets"]): string[] {
  const instances = [...new Set(down.map(({ labels }) => labels.instance))];
  return instances.map((instance) => {
    const all = down.filter(({ labels }) => labels.instance === instance);
    const [first] = all;
    const jobs = all.map(({ labels }) => labels.job);
    const error = first?.lastError ? ` (${first.lastError})` : "";
    return all.length === 1
      ? `${jobs[0]}/${instance} is ${first?.health}${error}`
      : `${all.length} targets of ${instance} are not up: ${jobs.join(", ")}${error}`;
  });
}

/** How long Prometheus may take from a new configuration to its targets, in seconds; it looks every 5 s. */
const SETTLED_AFTER = 7;

/** Whether the list of targets belongs to the active configuration. */
async function hasSettled(front: Front): Promise<boolean> {
  const { sinceConfigured } = await age(front);
  // A configuration from the future was loaded before the clock was set back.
  return sinceConfigured < 0 || sinceConfigured > SETTLED_AFTER;
}

/** What fails only because of another check is counted there, and in full in JSON and JUnit's XML. */
function linesOf(host: string, checks: readonly Check[]): string[] {
  return checks
    .filter(({ becauseOf }) => becauseOf === undefined)
    .map(({ check: name, passed, detail }) => {
      const others = checks.filter(({ becauseOf }) => becauseOf === name).length;
      const needed =
        others === 0 ? "" : `; ${others === 1 ? "1 dashboard needs" : `${others} dashboards need`} it`;
      return `${passed ? "ok    " : "FAILED"}  ${host}  ${name}: ${detail}${needed}\n`;
    });
}

export function reportVerify(answers: ReadonlyArray<Answer<Check[]>>): Report {
  const passed = answers.every(
    (answer) => answer.error === undefined && answer.value.every((one) => one.passed),
  );
  const lines = answers.flatMap((answer) =>
    answer.error === undefined
      ? linesOf(answer.host.name, answer.value)
      : [`FAILED  ${answer.host.name}  ${answer.error}\n`],
  );
  return {
    text: lines.join(""),
    json: {
      passed,
      hosts: perHost(answers, (checks) => ({ checks }), []),
    },
    exitCode: exitCode(answers, passed ? 0 : 3),
  };
}

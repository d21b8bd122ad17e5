// The path of an alert: from Prometheus to Alertmanager, and through Alertmanager to nobody.
import { ALERTMANAGER_ENDPOINT } from "../components/alertmanager/endpoint";
import { NOBODY, VERIFY_ALERT } from "../components/alertmanager/render";
import { watchdogRules } from "../components/prometheus/watchdog.rules";
import type { Front } from "./front";
import type { Host } from "./host";
import { age, PROMETHEUS } from "./prometheus";
import { Final, retry } from "./retry";

const ALERTMANAGER = `${ALERTMANAGER_ENDPOINT.path}/api/v2`;

/** Prometheus resends a firing alert only after so many seconds (`--rules.alert.resend-delay`). */
const RESEND_DELAY = 60;

/** Time for service discovery and requests, in seconds. */
const MARGIN = 15;

/** Maximum wait for an alert, in seconds, however rarely rules are evaluated. */
const AT_MOST = 240;

/** Prometheus has discovered its Alertmanager, and the alert that always fires has arrived there. */
export async function alertsArrive(front: Front, seconds: number): Promise<string> {
  // If it cannot be queried, there is no reason to wait longer.
  const untilTold = await untilWatchdogArrives(front).catch(() => 0);
  return retry(Math.max(seconds, untilTold), async () => {
    type Alertmanagers = { readonly data: { readonly activeAlertmanagers: ReadonlyArray<{ url: string }> } };
    const { data: known } = await front.json<Alertmanagers>(`${PROMETHEUS}/alertmanagers`);
    const [first] = known.activeAlertmanagers;
    if (first === undefined) {
      throw new Error("Prometheus knows no Alertmanager");
    }
    const watchdog = await watchdogs(front);
    if (watchdog === undefined) {
      return `Prometheus sends to ${first.url}`;
    }
    if ((await listed(front, watchdog.name)).length === 0) {
      throw new Error(`Prometheus sends to ${first.url}, but ${watchdog.name} is not listed by Alertmanager`);
    }
    return `${watchdog.name} has come from Prometheus`;
  });
}

/**
 * Maximum number of seconds until the alert that always fires is listed.
 *
 * A Prometheus that was just started or reloaded evaluates its rules within one interval. It may not have discovered its
 * Alertmanager by then; such an alert counts as sent, and is resent by the first evaluation after the delay.
 * The same applies to an Alertmanager that has just started, without any alerts.
 */
async function untilWatchdogArrives(front: Front): Promise<number> {
  const { now, sinceConfigured } = await age(front);
  const { uptime } = await front.json<{ readonly uptime: string }>(`${ALERTMANAGER}/status`);
  const interval = (await watchdogs(front))?.interval ?? 0;
  const told = RESEND_DELAY + 2 * interval + MARGIN;
  // At least zero, in case a clock was set back.
  const sinceChanged = Math.max(0, Math.min(sinceConfigured, now - Date.parse(uptime) / 1000));
  return Math.min(AT_MOST, told - sinceChanged);
}

/** The alert that always fires, and its evaluation interval in seconds; undefined if the stack disabled it. */
async function watchdogs(front: Front): Promise<{ name: string; interval: number } | undefined> {
  type Group = { readonly interval: number; readonly rules: ReadonlyArray<{ name: string }> };
  type Rules = { readonly data: { readonly groups: readonly Group[] } };
  const { data } = await front.json<Rules>(`${PROMETHEUS}/rules?type=alert`);
  return data.groups
    .flatMap(({ interval, rules }) => rules.map(({ name }) => ({ name, interval })))
    .find(({ name }) => watchdogRules.alerts.some((alert) => alert.name === name));
}

/**
 * Alertmanager accepts, lists and resolves a test alert; the front does not accept alerts, so it is sent inside
 * its container.
 *
 * Nobody is notified: the deployed configuration routes it to an empty receiver, before all other routes. It is
 * not sent if that route is missing.
 */
export async function alertIsTaken(
  host: Pick<Host, "call">,
  bundle: string,
  seconds: number,
): Promise<string> {
  if (!bundle.includes(`alertname="${VERIFY_ALERT}"`)) {
    throw new Error(
      `Alertmanager does not have the route yet that sends ${VERIFY_ALERT} to nobody: run pulumi up`,
    );
  }
  return retry(seconds, async () => {
    const [alert] = JSON.parse(await host.call(["verify", "alertmanager"])) as readonly Listed[];
    if (alert === undefined) {
      throw new Error(`Alertmanager has taken ${VERIFY_ALERT}, but does not list it`);
    }
    const receivers = alert.receivers.map(({ name }) => name).join(", ");
    if (receivers !== NOBODY) {
      throw new Final(`Alertmanager would send ${VERIFY_ALERT} to ${receivers}, and nobody should get it`);
    }
    return `${VERIFY_ALERT} is listed, and sent to nobody`;
  });
}

interface Listed {
  readonly receivers: ReadonlyArray<{ readonly name: string }>;
}

function listed(front: Front, name: string): Promise<readonly Listed[]> {
  return front.json(`${ALERTMANAGER}/alerts?filter=${encodeURIComponent(`alertname="${name}"`)}`);
}

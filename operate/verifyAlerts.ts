// The way of an alert: from Prometheus to Alertmanager, and through Alertmanager to nobody.
import { NOBODY, VERIFY_ALERT } from "../lib/render/alertmanager";
import { watchdogRules } from "../lib/rules/watchdog";
import type { Front } from "./front";
import { insist } from "./insist";

const PROMETHEUS = "/prometheus/api/v1";
const ALERTMANAGER = "/alertmanager/api/v2";

/** Prometheus tells an Alertmanager that was started anew of old alerts within so many seconds: it repeats them each minute. */
const TOLD_WITHIN = 80;

/** Prometheus knows its Alertmanager, and the alert that always fires has arrived there. */
export async function alertsArrive(front: Front, seconds: number): Promise<string> {
  const untilTold = TOLD_WITHIN - (await age(front).catch(() => TOLD_WITHIN));
  return insist(Math.max(seconds, untilTold), async () => {
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
    if ((await listed(front, watchdog)).length === 0) {
      throw new Error(`Prometheus sends to ${first.url}, but ${watchdog} is not listed by Alertmanager`);
    }
    return `${watchdog} has come from Prometheus`;
  });
}

/** For how long Alertmanager has been running, in seconds; at least none, whatever its clock says. */
async function age(front: Front): Promise<number> {
  const { uptime } = await front.json<{ readonly uptime: string }>(`${ALERTMANAGER}/status`);
  return Math.max(0, (Date.now() - Date.parse(uptime)) / 1000);
}

/** The name of the alert that always fires, unless the stack switched it off. */
async function watchdogs(front: Front): Promise<string | undefined> {
  type Rules = {
    readonly data: { readonly groups: ReadonlyArray<{ rules: ReadonlyArray<{ name: string }> }> };
  };
  const { data } = await front.json<Rules>(`${PROMETHEUS}/rules?type=alert`);
  const names = data.groups.flatMap(({ rules }) => rules.map(({ name }) => name));
  return watchdogRules.alerts.map(({ name }) => name).find((name) => names.includes(name));
}

/**
 * An alert of our own is taken by Alertmanager, listed, and taken back.
 *
 * Nobody is told of it: the deployed configuration has a route for it, before all others, that leads to nobody. It is
 * not sent where that route is missing.
 */
export async function alertIsTaken(front: Front, bundle: string, seconds: number): Promise<string> {
  if (!bundle.includes(`alertname="${VERIFY_ALERT}"`)) {
    throw new Error(`Alertmanager has no route yet that keeps ${VERIFY_ALERT} from people: run pulumi up`);
  }
  const startsAt = new Date();
  try {
    return await insist(seconds, async () => {
      await send(front, startsAt, new Date(Date.now() + LASTS));
      const [alert] = await listed(front, VERIFY_ALERT);
      if (alert === undefined) {
        throw new Error(`Alertmanager has taken ${VERIFY_ALERT}, but does not list it`);
      }
      const receivers = alert.receivers.map(({ name }) => name).join(", ");
      if (receivers !== NOBODY) {
        throw new Error(`Alertmanager tells ${receivers} of ${VERIFY_ALERT}, which is for nobody`);
      }
      return `${VERIFY_ALERT} is listed, and for nobody`;
    });
  } finally {
    await send(front, startsAt, new Date()).catch(() => {});
  }
}

/** The alert ends by itself after so long, should it not be taken back; in milliseconds. */
const LASTS = 60_000;

async function send(front: Front, startsAt: Date, endsAt: Date): Promise<void> {
  const labels = { alertname: VERIFY_ALERT, severity: "info" };
  const annotations = { summary: "npm run verify looks whether Alertmanager takes alerts; nobody is told" };
  const { status, body } = await front.ask(`${ALERTMANAGER}/alerts`, {
    body: [{ labels, annotations, startsAt, endsAt }],
  });
  if (status !== 200) {
    throw new Error(`an alert is answered with status ${status}: ${body.trim().slice(0, 200)}`);
  }
}

interface Listed {
  readonly receivers: ReadonlyArray<{ readonly name: string }>;
}

function listed(front: Front, name: string): Promise<readonly Listed[]> {
  return front.json(`${ALERTMANAGER}/alerts?filter=${encodeURIComponent(`alertname="${name}"`)}`);
}

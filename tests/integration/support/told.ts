// Waiting for what alerts tell the lab's receivers.
import type { Receivers } from "../../../lab/receivers/receivers";
import { eventually } from "./lab";

const KINDS = ["slack", "email", "opsgenie", "pagerduty", "alertmanager", "telegram"] as const;

/** What Alertmanager sends to a webhook; what is read of it here. */
interface Group {
  readonly status: "firing" | "resolved";
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: ReadonlyArray<{ readonly labels: Readonly<Record<string, string>> }>;
}

/**
 * Lets something happen, and waits until each kind of receiver has heard of it, in whatever was said since the
 * receivers were last cleared; says how many seconds each took.
 *
 * @param word what the messages contain
 */
export async function told(
  receivers: Receivers,
  word: string,
  happens: () => Promise<unknown>,
): Promise<string> {
  const begin = Date.now();
  await happens();
  const heard = (kind: (typeof KINDS)[number]) =>
    receivers.messages(kind).find(({ body }) => JSON.stringify(body).includes(word));
  await eventually(
    60,
    async () => KINDS.filter((kind) => heard(kind) === undefined),
    (silent) => silent.length === 0,
  );
  const seconds = (at: string) => ((Date.parse(at) - begin) / 1000).toFixed(1);
  return KINDS.map((kind) => `${kind} ${seconds(heard(kind)?.receivedAt ?? "")}`).join(", ");
}

/** The groups that Alertmanager has sent to its webhook, of one alert: on a busy machine, another may fire beside it. */
export function groupsTold(receivers: Receivers, alert: string): Group[] {
  return receivers
    .messages("alertmanager")
    .map(({ body }) => body as Group)
    .filter(({ alerts }) => alerts.some(({ labels }) => labels.alertname === alert));
}

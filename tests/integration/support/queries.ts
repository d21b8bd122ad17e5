import type { FetchOptions, LabHost } from "./lab";

/** One series of an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The front's port, or how it is asked besides. */
type At = number | FetchOptions;

/** Asks the host's Prometheus, through the front. */
export async function query(host: LabHost, expression: string, at: At = 80): Promise<Sample[]> {
  const path = `/prometheus/api/v1/query?query=${encodeURIComponent(expression)}`;
  const { status, body } = await host.fetch(path, typeof at === "number" ? { port: at } : at);
  if (status !== 200) {
    throw new Error(`${expression}: ${status} ${body}`);
  }
  const { data } = JSON.parse(body) as {
    data: { result: Array<{ metric: Record<string, string>; value: [number, string] }> };
  };
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

/** `up` of every target, as `job/instance`. */
export async function targets(host: LabHost, at: At = 80): Promise<Record<string, number>> {
  const samples = await query(host, "up", at);
  return Object.fromEntries(
    samples.map(({ metric, value }) => [`${metric.job}/${metric.instance}`, value]).sort(),
  );
}

/** The targets that Prometheus has found, as `job/instance`; of one that is gone, `up` lingers for some scrapes. */
export async function found(host: LabHost, port = 80): Promise<string[]> {
  const { body } = await host.fetch("/prometheus/api/v1/targets?state=active", { port });
  const { data } = JSON.parse(body) as { data: { activeTargets: Array<{ labels: Record<string, string> }> } };
  return data.activeTargets.map(({ labels }) => `${labels.job}/${labels.instance}`).sort();
}

/** An alerting rule as Prometheus has it in force. */
export interface Rule {
  readonly group: string;
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
  readonly state: string;
}

export async function rules(host: LabHost): Promise<Rule[]> {
  const { body } = await host.fetch("/prometheus/api/v1/rules");
  const { data } = JSON.parse(body) as { data: { groups: Array<{ name: string; rules: Rule[] }> } };
  return data.groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, group: group.name })));
}

/** The alerts that Alertmanager knows, of these names: `name mountpoint state`; one that is inhibited is `suppressed`. */
export async function alertStates(host: LabHost, names: string): Promise<string[]> {
  const filter = encodeURIComponent(`alertname=~"${names}"`);
  const { body } = await host.fetch(`/alertmanager/api/v2/alerts?filter=${filter}`);
  const alerts = JSON.parse(body) as Array<{ labels: Record<string, string>; status: { state: string } }>;
  return alerts
    .map(({ labels, status }) => `${labels.alertname} ${labels.mountpoint} ${status.state}`)
    .sort();
}

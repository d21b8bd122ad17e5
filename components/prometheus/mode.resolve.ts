// What an agent cannot do, over all hosts of a stack: a setting of the whole stack may be meant for its servers.
import { type Path, quote, type Report } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { ServiceSettings } from "../../config/section";
import { isGroup, type Tree, valueAt } from "../../config/walk";
import { inMilliseconds } from "../../lib/duration";
import { reaches } from "../nginx/reach.resolve";
import { storesOf } from "../victoriametrics/reach.resolve";
import type { PrometheusSettings } from "./schema";

/** A host with its entry in the stack file. */
interface Placed extends Layered {
  readonly settings: ServiceSettings<string> & { readonly name: string };
  readonly sound: Tree;
  readonly path: Path;
}

const NO_RULES = "an agent evaluates no rules; write it for the Prometheus that takes its samples";
const RULES_OF_VMALERT = "an agent evaluates no rules; write it under podwatch:vmalert";
const NO_QUERIES = "an agent answers no queries; write it for the Prometheus that takes its samples";
const NO_HISTORY =
  "an agent keeps no history; write it for the Prometheus that takes its samples, or agent.maxTime for what waits to be sent";

/** What those are for an agent that only a server can use, and that would otherwise come from the stack. */
const OFF = {
  outOfOrderTimeWindow: undefined,
  exemplars: undefined,
  ruleFiles: [],
  ruleTests: [],
  alertmanagers: [],
  queryLog: false,
  remoteRead: [],
} satisfies Partial<Record<keyof PrometheusSettings, unknown>>;

/** Settings of `prometheus` that only a server can use, with the reason. */
const OF_SERVERS: Readonly<Record<keyof typeof OFF | "retention" | "evaluationInterval", string>> = {
  retention: NO_HISTORY,
  outOfOrderTimeWindow: NO_HISTORY,
  exemplars: "an agent passes exemplars on; write extra: {send_exemplars: true} for the endpoint",
  evaluationInterval: NO_RULES,
  ruleFiles: NO_RULES,
  ruleTests: NO_RULES,
  alertmanagers: NO_RULES,
  queryLog: NO_QUERIES,
  remoteRead: NO_QUERIES,
};

/** Features that only concern queries, rules and storage. */
const FEATURES_OF_SERVERS =
  /^(exemplar-storage|memory-snapshot-on-shutdown|delayed-compaction|concurrent-rule-eval|use-uncached-io|promql-.*|otlp-.*)$/;

/** Flags that Prometheus refuses in the one mode or the other, but only once it starts. */
const FLAGS = {
  agent: /^--?(no-)?(query\.|rules\.|alertmanager\.|storage\.tsdb\.|storage\.remote\.read-)/,
  server: /^--?(no-)?storage\.agent\./,
} as const;

/** What the whole stack says for its servers, is not for its agents. */
export function ofMode(settings: PrometheusSettings): PrometheusSettings {
  if (settings.mode === "server") return settings;
  const { alerting: _, ...extra } = settings.extra;
  return {
    ...settings,
    ...OFF,
    features: settings.features.filter((feature) => !FEATURES_OF_SERVERS.test(feature)),
    import: undefined,
    extra,
  };
}

export function checkModes(placed: readonly Placed[], stack: Tree, report: Report): void {
  const hosts = placed.filter(({ settings }) => settings.prometheus.enabled);
  const servers = hosts.filter(({ settings }) => settings.prometheus.mode === "server");
  const agents = hosts.filter((host) => !servers.includes(host));
  for (const host of hosts) checkFlags(host, report);
  const stores = storesOf(placed);
  for (const host of agents) checkAgent(host, { servers, stores }, stack, report);
  for (const host of servers) {
    const { sound } = host;
    const locate = locateIn("prometheus", host);
    const written = agents.length === 0 || valueAt(sound, ["prometheus", "agent"]) !== undefined;
    if (written && valueAt(merged(stack, sound), ["agent"]) !== undefined)
      report(
        locate(["agent"]),
        'is for mode: agent, and this is a server; write retention, or "mode: agent"',
      );
  }
}

const merged = (stack: Tree, sound: Tree): Tree => ({
  ...(isGroup(stack.prometheus) ? stack.prometheus : {}),
  ...(isGroup(sound.prometheus) ? sound.prometheus : {}),
});

function checkFlags(host: Placed, report: Report): void {
  const locate = locateIn("prometheus", host);
  const { mode, arguments: words, remoteWriteReceiver } = host.settings.prometheus;
  words.forEach((word, index) => {
    if (remoteWriteReceiver && /^--?web\.enable-remote-write-receiver$/.test(word))
      report(locate(["arguments", index]), "says the same as remoteWriteReceiver; remove one of the two");
    if (FLAGS[mode].test(word))
      report(
        locate(["arguments", index]),
        `${quote(word)} is refused by a Prometheus with mode: ${mode}; remove it`,
      );
  });
}

/** Who takes samples, and answers queries. */
interface Takers {
  readonly servers: readonly Placed[];
  readonly stores: readonly Placed[];
}

function checkAgent(host: Placed, takers: Takers, stack: Tree, report: Report): void {
  const { settings, sound } = host;
  const { servers, stores } = takers;
  const { prometheus } = settings;
  const locate = locateIn("prometheus", host);
  if (prometheus.remoteWrite.length === 0 && !stores.some((store) => reaches(host, store))) {
    report(
      locate(["mode"]),
      `${quote("agent")} keeps no samples, and has nowhere to send them; add an endpoint under remoteWrite, or write enabled: true under podwatch:victoriametrics for a host of the group databases`,
    );
  }
  // What the stack says for all hosts is for its servers, if there are any.
  const isWritten = (setting: Path) =>
    valueAt(sound, setting) !== undefined || (servers.length === 0 && valueAt(stack, setting) !== undefined);
  const evaluated = stores.some((store) => store.settings.vmalert.enabled);
  for (const [key, of] of Object.entries(OF_SERVERS)) {
    const reason = of === NO_RULES && evaluated ? RULES_OF_VMALERT : of;
    if (isWritten(["prometheus", key])) report(locate([key]), `is of no use with mode: agent: ${reason}`);
  }
  if (isWritten(["prometheus", "extra", "alerting"]))
    report(locate(["extra", "alerting"]), `is of no use with mode: agent: ${NO_RULES}`);
  if (isWritten(["prometheus", "features"])) {
    const { features } = merged(stack, sound);
    (Array.isArray(features) ? features : []).forEach((feature, index) => {
      if (FEATURES_OF_SERVERS.test(feature))
        report(
          locate(["features", index]),
          `${quote(feature)} is of no use with mode: agent, which neither stores nor queries; remove it`,
        );
    });
  }
  if (evaluated ? valueAt(sound, ["alerts"]) !== undefined : isWritten(["alerts"]))
    report(locateIn("alerts", host)([]), `is of no use with mode: agent: ${NO_RULES}`);
  if (settings.alertmanager.enabled && !evaluated)
    report(
      locateIn("alertmanager", host)(["enabled"]),
      "leaves Alertmanager without alerts on a host whose Prometheus is an agent; write alertmanager: {enabled: false} for this host",
    );
  const { minTime, maxTime } = prometheus.agent;
  if (inMilliseconds(minTime) > inMilliseconds(maxTime))
    report(
      locate(["agent", "minTime"]),
      `${quote(minTime)} is longer than maxTime, ${maxTime}; write at most that`,
    );
  checkGrafana(host, takers, report);
}

function checkGrafana(host: Placed, { servers, stores }: Takers, report: Report): void {
  const { grafana } = host.settings;
  const reached = [...servers, ...stores].some((one) => reaches(host, one));
  if (!grafana.enabled || grafana.datasources.length > 0 || reached) return;
  report(
    locateIn("grafana", host)(["enabled"]),
    "leaves Grafana without data on a host whose Prometheus is an agent; set it to false, add one under grafana.datasources, or open the front of a host whose Prometheus is a server",
  );
}

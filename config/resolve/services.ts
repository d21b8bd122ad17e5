// The services of one host: the stack's settings, overridden by the host's own, with every default filled in.

import { resolveAlertmanager } from "../../components/alertmanager/resolve";
import { resolveBlackboxExporter } from "../../components/blackbox-exporter/resolve";
import { resolveGrafana } from "../../components/grafana/resolve";
import { firstUnprivilegedPort, resolveFront } from "../../components/nginx/front.schema";
import { checkSnippet } from "../../components/nginx/snippet.resolve";
import { resolveNodeExporter, type Watcher } from "../../components/node-exporter/resolve";
import { resolveAlerts } from "../../components/prometheus/alerts.resolve";
import { resolvePrometheus } from "../../components/prometheus/resolve";
import type { Context } from "../context";
import { type Path, quote, type Report } from "../problem";
import { type HostSettings, type ImageBuild, type ServiceName, services } from "../schema";
import { type PresetName, presets } from "../schema/presets";
import { settle } from "../shape";
import type { Tree } from "../walk";
import { resolveImage } from "./image";
import { type Locate, locateIn } from "./locate";
import { merge } from "./merge";
import { checkQuadlet } from "./quadlet";
import { checkRole, type Role, sectionsOf } from "./roles";

export type Services = Pick<HostSettings, ServiceName | "builds">;

export function resolveServices(
  stack: Tree,
  host: Tree,
  hostPath: Path,
  basics: { role: Role; become: boolean; address: string; watchers: readonly Watcher[] },
  context: Context,
  report: Report,
): Services | undefined {
  const locate = (name: ServiceName) => locateIn(name, host, hostPath);
  const builds: Record<string, ImageBuild> = {};
  const below = merge(presetOf(stack, host), stack) as Tree;
  const merged = (name: ServiceName) =>
    resolveImage(sectionsOf(basics.role, below, host, name), name, locate(name), builds, context, report);

  const network = settle(services.network, merged("network"));
  const gateways = settle(services.gateways, merged("gateways"));
  const givenFront = settle(services.front, merged("front"));
  const givenPrometheus = settle(services.prometheus, merged("prometheus"));
  const givenAlertmanager = settle(services.alertmanager, merged("alertmanager"));
  const givenGrafana = settle(services.grafana, merged("grafana"));
  const givenBlackbox = settle(services.blackboxExporter, merged("blackboxExporter"));
  const nginxExporter = settle(services.nginxExporter, merged("nginxExporter"));
  if (!network || !gateways || !givenFront || !givenPrometheus || !givenAlertmanager) return undefined;
  const givenNode = settle(services.nodeExporter, merged("nodeExporter"));
  const givenAlerts = settle(services.alerts, merged("alerts"));
  if (!givenGrafana || !givenBlackbox || !nginxExporter || !givenNode || !givenAlerts) return undefined;

  checkRole(basics.role, host, hostPath, report);

  if (gateways.sources !== "auto") checkSources(gateways.sources, locate("gateways"), report);
  const front = resolveFront(givenFront, basics);
  if (!basics.become && front.port < firstUnprivilegedPort) {
    const path = locate("front")(["port"]);
    report(
      path,
      `${front.port} may be opened by root only; write a port from ${firstUnprivilegedPort} up, or set become: true`,
    );
  }
  if (basics.become && front.bind === "::1") {
    report(
      locate("front")(["bind"]),
      `${quote(front.bind)} cannot be forwarded to root's containers; write 127.0.0.1, which is as much the host itself, or set become: false`,
    );
  }
  if (front.snippet !== undefined) checkSnippet(front.snippet, locate("front"), report);
  checkQuadlet(front.quadlet, locate("front"), report, "nginx");
  checkQuadlet(givenPrometheus.quadlet, locate("prometheus"), report, "prometheus");
  checkQuadlet(givenAlertmanager.quadlet, locate("alertmanager"), report, "alertmanager");
  checkQuadlet(givenGrafana.quadlet, locate("grafana"), report, "grafana");
  const prometheus = resolvePrometheus(givenPrometheus, locate("prometheus"), context, report);
  const alertmanager = resolveAlertmanager(
    givenAlertmanager,
    merged("alertmanager"),
    locate("alertmanager"),
    context,
    report,
  );
  const nodeExporter = resolveNodeExporter(
    givenNode,
    { ...basics, ownPrometheus: prometheus.enabled },
    locate("nodeExporter"),
    report,
  );
  const grafana = resolveGrafana(givenGrafana, locate("grafana"), context, report);
  const blackboxExporter = resolveBlackboxExporter(
    givenBlackbox,
    prometheus.scrapeTimeout,
    locate("blackboxExporter"),
    context,
    report,
  );
  checkQuadlet(nginxExporter.quadlet, locate("nginxExporter"), report);
  if (!prometheus.enabled) {
    const idle = { grafana, blackboxExporter, nginxExporter, alertmanager };
    checkIdle(idle, locate("prometheus")(["enabled"]), report);
  }
  const alerts = resolveAlerts(givenAlerts, front.publicUrl);
  return {
    builds,
    network,
    front,
    gateways,
    prometheus,
    alertmanager,
    grafana,
    blackboxExporter,
    nginxExporter,
    nodeExporter,
    alerts,
  };
}

/** What is of no use without Prometheus, and what is said of it. */
const IDLE = {
  grafana: "Grafana without data; set grafana.enabled to false too",
  blackboxExporter:
    "the blackbox exporter without anybody who asks it; set blackboxExporter.enabled to false",
  nginxExporter: "the NGINX exporter without anybody who asks it; set nginxExporter.enabled to false too",
  alertmanager: "Alertmanager without alerts; set alertmanager.enabled to false too",
} as const;

function checkIdle(
  services: Record<keyof typeof IDLE, { enabled: boolean }>,
  path: Path,
  report: Report,
): void {
  for (const [name, complaint] of Object.entries(IDLE)) {
    if (services[name as keyof typeof IDLE].enabled)
      report(path, `${quote(false)} leaves ${complaint}, or remove this`);
  }
}

/** The defaults that the host takes from a preset, its own or the stack's. */
function presetOf(stack: Tree, host: Tree): Partial<Record<ServiceName, Tree>> {
  const name = (host.preset ?? stack.preset) as PresetName | undefined;
  return name === undefined ? {} : presets[name];
}

function checkSources(names: readonly string[], locate: Locate, report: Report): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) < index)
      report(locate(["sources", index]), `${quote(name)} stands there twice; remove one of the two`);
  });
}

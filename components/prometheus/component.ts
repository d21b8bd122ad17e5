import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { byName } from "../../lib/auth";
import type { Endpoint } from "../../lib/endpoint";
import { shippedRules, wanted } from "../../lib/rules/render";
import { runbooksOf } from "../../lib/runbooks";
import type { Telemetry } from "../../lib/telemetry";
import type { Datasource } from "../grafana/render";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { FrontSettings } from "../nginx/front.schema";
import type { Backend } from "../nginx/render";
import type { AlertsSettings } from "./alerts.schema";
import { remoteFiles, remoteSecrets } from "./remote.render";
import { PROMETHEUS_BACKEND, PROMETHEUS_TELEMETRY, prometheus, prometheusDatasource } from "./render";
import type { ShippedFile } from "./schema";
import { fileScrapeConfig, scrapeConfig, scrapeFiles, scrapeSecrets, targetFiles } from "./scrape.render";

export interface PrometheusArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly front: FrontSettings;
  readonly settings: HostSettings["prometheus"];
  /** What it monitors besides itself and the jobs of the settings. */
  readonly watched: readonly Telemetry[];
  /** Where alerts go. */
  readonly alertmanagers: readonly Endpoint[];
  /** The stack's settings of shipped alerts. */
  readonly alerts: AlertsSettings;
}

/** Prometheus: scrapes itself, what the stack deploys and the stack's own jobs; reachable only in the container network. */
export class Prometheus extends pulumi.ComponentResource {
  readonly backend: Backend = PROMETHEUS_BACKEND;
  /** The shipped dashboards of what it monitors. */
  readonly dashboards: readonly string[];
  /** Where users reach it, through the front. */
  readonly url: string;
  /** Runbooks of the alerts that link to the front, by the alert's name. */
  readonly runbooks: Readonly<Record<string, string>>;
  private readonly scrapeInterval: string;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Prometheus", name, {}, opts);
    const { host, settings } = args;
    const telemetry = [PROMETHEUS_TELEMETRY, ...args.watched];
    this.dashboards = telemetry.flatMap(({ dashboards }) => dashboards);
    this.url = `${args.front.publicUrl}${PROMETHEUS_BACKEND.endpoint.path}/`;
    this.scrapeInterval = settings.scrapeInterval;
    const { alerts } = args;
    const ruleGroups = alerts.enabled ? telemetry.flatMap((watched) => watched.ruleGroups) : [];
    this.runbooks = alerts.runbooksAtFront ? runbooksOf(wanted(ruleGroups, alerts)) : {};
    const jobs = [...settings.scrapeJobs, ...settings.fileSd];
    const secrets = byName([...scrapeSecrets(jobs, settings.secrets), ...remoteSecrets(settings)]);
    const service = prometheus({
      image: settings.image,
      externalUrl: this.url,
      scrapeInterval: settings.scrapeInterval,
      scrapeTimeout: settings.scrapeTimeout,
      evaluationInterval: settings.evaluationInterval,
      retention: settings.retention,
      features: settings.features,
      outOfOrderTimeWindow: settings.outOfOrderTimeWindow,
      limits: settings.limits,
      externalLabels: settings.externalLabels,
      scrapeConfigs: [
        ...telemetry.flatMap(({ scrapeConfigs }) => scrapeConfigs),
        ...settings.scrapeJobs.map(scrapeConfig),
        ...settings.fileSd.map(fileScrapeConfig),
      ],
      alertmanagers: args.alertmanagers,
      targetFiles: targetFiles(settings.fileSd),
      ruleFiles: {
        ...contents(settings.ruleFiles),
        ...shippedRules(ruleGroups, alerts),
      },
      ruleTests: contents(settings.ruleTests),
      remotes: settings,
      authFiles: { ...scrapeFiles(jobs), ...remoteFiles(settings) },
      secrets: secrets.map(({ name: secret }) => secret),
      keepData: settings.data === "keep",
      unitKeys: settings.quadlet,
    });
    host.deploy(name, { service, secrets, after: [args.network] }, { parent: this });
    this.registerOutputs({ url: this.url });
  }

  /** This Prometheus as a data source for Grafana. */
  datasource(uid: string): Datasource {
    return prometheusDatasource(uid, this.scrapeInterval);
  }
}

function contents(files: readonly ShippedFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ name, content }) => [name, content]));
}

import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import { byName } from "../../lib/auth";
import type { Endpoint } from "../../lib/endpoint";
import { shippedRules, wanted } from "../../lib/rules/render";
import { runbooksOf } from "../../lib/runbooks";
import type { Telemetry } from "../../lib/telemetry";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { FrontSettings } from "../nginx/front.schema";
import type { AlertsSettings } from "./alerts.schema";
import { PROMETHEUS_ENDPOINT } from "./endpoint";
import { remoteFiles, remoteSecrets } from "./remote.render";
import { prometheus } from "./render";
import type { ShippedFile } from "./schema";
import {
  deployedFiles,
  deployedScrapeConfig,
  deployedSecrets,
  fileScrapeConfig,
  scrapeConfig,
  scrapeFiles,
  scrapeSecrets,
  targetFiles,
} from "./scrape.render";

export interface PrometheusArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly front: FrontSettings;
  /** Name of the host in the stack file. */
  readonly hostName: string;
  readonly settings: HostSettings["prometheus"];
  /** Whether others send to where it sends: what comes from it is told apart by the host's name. Default: no. */
  readonly apart?: boolean;
  /** What it monitors, itself included, besides the jobs of the settings. */
  readonly watched: ReadonlyArray<Telemetry<pulumi.Output<string>>>;
  /** Where alerts go. */
  readonly alertmanagers: ReadonlyArray<Endpoint<pulumi.Output<string>>>;
  /** The stack's settings of shipped alerts. */
  readonly alerts: AlertsSettings;
}

/** Prometheus: scrapes what the stack deploys and the stack's own jobs; reachable only in the container network. */
export class Prometheus extends pulumi.ComponentResource {
  /** Where users reach it, through the front. */
  readonly url: pulumi.Input<string>;
  /** Runbooks of the alerts that link to the front, by the alert's name. */
  readonly runbooks: Readonly<Record<string, string>>;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Prometheus", name, {}, opts);
    const { host, settings } = args;
    const url = `${args.front.publicUrl}${PROMETHEUS_ENDPOINT.path}/`;
    this.url = host.named(url);
    const { alerts } = args;
    const { mode } = settings;
    const ruleGroups =
      alerts.enabled && mode === "server" ? args.watched.flatMap((one) => one.ruleGroups) : [];
    this.runbooks = alerts.runbooksAtFront ? runbooksOf(wanted(ruleGroups, alerts)) : {};
    const jobs = [...settings.scrapeJobs, ...settings.fileSd];
    const deployed = args.watched.flatMap(({ scrapeJobs }) => scrapeJobs);
    const secrets = byName([
      ...deployedSecrets(deployed),
      ...scrapeSecrets(jobs, settings.secrets),
      ...remoteSecrets(settings, args.alertmanagers),
    ]);
    const service = host.rendered(withAdditions(prometheus), {
      image: settings.image,
      externalUrl: url,
      scrapeInterval: settings.scrapeInterval,
      scrapeTimeout: settings.scrapeTimeout,
      evaluationInterval: settings.evaluationInterval,
      mode,
      retention: settings.retention,
      agentRetention: settings.agent,
      remoteWriteReceiver: settings.remoteWriteReceiver,
      nativeHistograms: settings.nativeHistograms,
      features: settings.features,
      outOfOrderTimeWindow: settings.outOfOrderTimeWindow,
      exemplars: settings.exemplars,
      queryLog: settings.queryLog,
      extra: settings.extra,
      limits: settings.limits,
      // Each has the same job for itself.
      externalLabels:
        mode === "agent" || args.apart
          ? { host: args.hostName, ...settings.externalLabels }
          : settings.externalLabels,
      scrapeConfigs: [
        ...deployed.map(deployedScrapeConfig),
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
      authFiles: {
        ...deployedFiles(deployed),
        ...scrapeFiles(jobs),
        ...remoteFiles(settings, args.alertmanagers),
      },
      secrets: secrets.map(({ name: secret }) => secret),
      keepData: settings.data === "keep",
      importFrom: settings.import,
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    host.deploy(name, { service, secrets, after: [args.network] }, { parent: this });
    this.registerOutputs({ url: this.url });
  }
}

function contents(files: readonly ShippedFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ name, content }) => [name, content]));
}

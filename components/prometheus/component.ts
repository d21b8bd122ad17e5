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
import { type Store, toStore } from "../victoriametrics/remoteWrite.render";
import type { AlertsSettings } from "./alerts.schema";
import {
  discoveryDirectories,
  discoveryFiles,
  discoveryScrapeConfig,
  discoverySecrets,
  inlineSecrets,
  jobFile,
  jobFileContent,
  jobSecret,
} from "./discovery.render";
import { PROMETHEUS_ENDPOINT } from "./endpoint";
import { type RemoteWrite, remoteFiles, remoteSecrets } from "./remote.render";
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
  /** The stack's VictoriaMetrics, which get all samples. */
  readonly stores?: ReadonlyArray<Store<pulumi.Output<string>>>;
  /** Where else samples go, by the names of the external labels. */
  readonly history?: ((externalLabels: readonly string[]) => RemoteWrite<never>) | undefined;
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
    // Each has the same job for itself.
    const told: Record<string, string> = mode === "agent" || args.apart ? { host: args.hostName } : {};
    const externalLabels = { ...told, ...settings.externalLabels };
    const history = args.history?.(Object.keys(externalLabels));
    const toTell = Object.keys(told).filter((label) => !(label in settings.externalLabels));
    const remotes = {
      ...settings,
      remoteWrite: [
        ...settings.remoteWrite,
        ...(args.stores ?? []).map((store) => toStore(store, { host: args.hostName, told: toTell })),
        ...(history === undefined ? [] : [history]),
      ],
    };
    const ruleGroups =
      alerts.enabled && mode === "server" ? args.watched.flatMap((one) => one.ruleGroups) : [];
    this.runbooks = alerts.runbooksAtFront ? runbooksOf(wanted(ruleGroups, alerts)) : {};
    const jobs = [...settings.scrapeJobs, ...settings.fileSd];
    const deployed = args.watched.flatMap(({ scrapeJobs }) => scrapeJobs);
    const apart = settings.discovery.flatMap((job) => {
      const inline = inlineSecrets(job);
      return inline === undefined ? [] : [{ job, inline }];
    });
    const files = apart.map(({ job, inline }) => ({
      name: jobSecret(job),
      value: pulumi.secret(
        pulumi.all(inline).apply((values) => jobFileContent(job, values, settings.nativeHistograms)),
      ),
    }));
    const secrets = byName([
      ...deployedSecrets(deployed),
      ...scrapeSecrets(jobs, settings.secrets),
      ...settings.discovery.flatMap(discoverySecrets),
      ...remoteSecrets(remotes, args.alertmanagers),
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
      externalLabels,
      scrapeConfigs: [
        ...deployed.map(deployedScrapeConfig),
        ...settings.scrapeJobs.map(scrapeConfig),
        ...settings.fileSd.map(fileScrapeConfig),
        ...settings.discovery
          .filter((job) => !apart.some((other) => other.job === job))
          .map(discoveryScrapeConfig),
      ],
      jobFiles: apart.map(({ job }) => ({
        path: jobFile(job),
        secret: jobSecret(job),
        config: discoveryScrapeConfig(job),
      })),
      alertmanagers: args.alertmanagers,
      targetFiles: targetFiles([
        ...settings.fileSd,
        ...settings.discovery.flatMap(({ name: job, file }) => (file ? [{ ...file, name: job }] : [])),
      ]),
      hostDirectories: discoveryDirectories(settings.discovery),
      ruleFiles: {
        ...contents(settings.ruleFiles),
        ...(mode === "server" ? recordingsOf(args.watched) : {}),
        ...shippedRules(ruleGroups, alerts),
      },
      ruleTests: contents(settings.ruleTests),
      remotes,
      authFiles: {
        ...deployedFiles(deployed),
        ...scrapeFiles(jobs),
        ...Object.assign({}, ...settings.discovery.map(discoveryFiles)),
        ...remoteFiles(remotes, args.alertmanagers),
      },
      secrets: secrets.map(({ name: secret }) => secret),
      keepData: settings.data === "keep",
      importFrom: settings.import,
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    host.deploy(name, { service, secrets: [...secrets, ...files], after: [args.network] }, { parent: this });
    this.registerOutputs({ url: this.url });
  }
}

function recordingsOf(watched: PrometheusArgs["watched"]): Record<string, string> {
  return Object.assign({}, ...watched.map(({ recordings }) => recordings));
}

function contents(files: readonly ShippedFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ name, content }) => [name, content]));
}

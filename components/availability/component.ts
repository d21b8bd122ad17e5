import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { recordingFiles } from "../../lib/rules/record";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { FrontSettings } from "../nginx/front.schema";
import { prometheus } from "../prometheus/render";
import { HISTORY, HISTORY_ENDPOINT } from "./endpoint";
import { monthlyGroup } from "./render";

export interface PrometheusHistoryArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly front: FrontSettings;
  readonly settings: HostSettings["availability"]["history"];
  /** Those of the Prometheus whose recorded series it keeps. */
  readonly prometheus: HostSettings["prometheus"];
}

/** A Prometheus that scrapes nothing, and keeps what another one records for longer. */
export class PrometheusHistory extends pulumi.ComponentResource {
  constructor(name: string, args: PrometheusHistoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:PrometheusHistory", name, {}, opts);
    const { host, settings, prometheus: main } = args;
    const { time, size } = settings;
    const service = host.rendered(prometheus, {
      identity: {
        name: HISTORY,
        description: "Podwatch Prometheus, history of availability",
        endpoint: HISTORY_ENDPOINT,
      },
      image: main.image,
      externalUrl: `${args.front.publicUrl}${HISTORY_ENDPOINT.path}/`,
      scrapeInterval: "1m",
      scrapeTimeout: "10s",
      evaluationInterval: "1m",
      retention: size === undefined ? { time } : { time, size },
      remoteWriteReceiver: true,
      limits: main.limits,
      externalLabels: {},
      scrapeConfigs: [],
      targetFiles: {},
      ruleFiles: recordingFiles([monthlyGroup()]),
      keepData: settings.data === "keep",
    });
    host.deploy(name, { service, secrets: [], after: [args.network] }, { parent: this });
    this.registerOutputs({});
  }
}

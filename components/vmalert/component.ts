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
import type { AlertsSettings } from "../prometheus/alerts.schema";
import { VMALERT_ENDPOINT } from "./endpoint";
import { vmalert, vmalertSecrets } from "./render";

export interface VmalertArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly front: FrontSettings;
  readonly settings: HostSettings["vmalert"];
  /** What the stack monitors. */
  readonly watched: readonly Telemetry[];
  /** Where alerts go. */
  readonly alertmanagers: ReadonlyArray<Endpoint<pulumi.Output<string>>>;
  /** The stack's settings of shipped alerts. */
  readonly alerts: AlertsSettings;
}

/** vmalert: evaluates rules on what the VictoriaMetrics of its host has. */
export class Vmalert extends pulumi.ComponentResource {
  /** Runbooks of the alerts that link to the front, by the alert's name. */
  readonly runbooks: Readonly<Record<string, string>>;

  constructor(name: string, args: VmalertArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Vmalert", name, {}, opts);
    const { alertmanagers, alerts, host, settings, watched } = args;
    const groups = alerts.enabled ? watched.flatMap(({ ruleGroups }) => ruleGroups) : [];
    this.runbooks = alerts.runbooksAtFront ? runbooksOf(wanted(groups, alerts)) : {};
    const secrets = byName(vmalertSecrets(settings.secrets, alertmanagers));
    const service = host.rendered(withAdditions(vmalert), {
      image: settings.image,
      externalUrl: `${args.front.publicUrl}${VMALERT_ENDPOINT.path}`,
      evaluationInterval: settings.evaluationInterval,
      ruleFiles: {
        ...Object.fromEntries(settings.ruleFiles.map(({ name: file, content }) => [file, content])),
        ...Object.assign({}, ...watched.map(({ recordings }) => recordings)),
        ...shippedRules(groups, alerts),
      },
      alertmanagers,
      secrets: secrets.map(({ name: secret }) => secret),
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    host.deploy(name, { service, secrets, after: [args.network] }, { parent: this });
    this.registerOutputs({});
  }
}

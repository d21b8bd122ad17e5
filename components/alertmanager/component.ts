import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { Authority } from "../nginx/authority.component";
import type { FrontSettings } from "../nginx/front.schema";
import { CLUSTER_SECRET } from "./cluster.render";
import type { Contacts } from "./contacts.render";
import { ALERTMANAGER_ENDPOINT } from "./endpoint";
import { alertmanager, alertmanagerSecrets } from "./render";

/** Of its certificate in a cluster; another one restarts it. */
const LIFETIME = "1095d";

export interface AlertmanagerArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  /** The stack's authority, which signs for the members of a cluster. */
  readonly authority?: Authority | undefined;
  readonly front: FrontSettings;
  readonly settings: HostSettings["alertmanager"];
  /** How the contacts of sites are told; the topology finds out who they are. */
  readonly contacts?: (Contacts & { readonly from: pulumi.Resource }) | undefined;
}

/** Alertmanager: sends notifications and keeps silences; its secrets are files that only it can read. */
export class Alertmanager extends pulumi.ComponentResource {
  /** Where users reach it, through the front. */
  readonly url: pulumi.Input<string>;

  constructor(name: string, args: AlertmanagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Alertmanager", name, {}, opts);
    const { contacts, host, settings } = args;
    const url = `${args.front.publicUrl}${ALERTMANAGER_ENDPOINT.path}/`;
    this.url = host.named(url);
    const certificate = settings.cluster && this.certificate(name, args, settings.cluster);
    const service = host.rendered(withAdditions(alertmanager), {
      image: settings.image,
      externalUrl: url,
      receivers: settings.receivers,
      route: settings.route,
      shippedInhibitRules: settings.shippedInhibitRules,
      inhibitRules: settings.inhibitRules,
      timeIntervals: settings.timeIntervals,
      templates: Object.fromEntries(settings.templates.map(({ name: file, content }) => [file, content])),
      contacts: contacts && { receiver: contacts.receiver, continue: contacts.continue },
      deadMansSwitch: settings.deadMansSwitch,
      cluster: settings.cluster,
      extra: settings.extra,
      secrets: settings.secrets,
      keepData: settings.data === "keep",
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    host.deploy(
      name,
      {
        service,
        secrets: [
          ...alertmanagerSecrets(settings),
          ...(certificate ? [{ name: CLUSTER_SECRET, value: certificate }] : []),
        ],
        after: [args.network, ...(contacts ? [contacts.from] : [])],
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }

  /** What it shows the others of the cluster. */
  private certificate(
    name: string,
    { host, authority }: AlertmanagerArgs,
    { address }: NonNullable<AlertmanagerArgs["settings"]["cluster"]>,
  ): pulumi.Output<string> {
    if (authority === undefined) throw new Error(`${name}: a member of a cluster without an authority`);
    const names = pulumi.output(host.named(address)).apply((known) => [known]);
    const wanted = { name, names, lifetime: LIFETIME, client: true } as const;
    return authority.signed(`${name}-certificate`, wanted, this);
  }
}

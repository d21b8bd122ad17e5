import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { prepareUserDashboard } from "../../dashboards/user";
import { additionsOf, withAdditions } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { FrontSettings } from "../nginx/front.schema";
import { generatedPassword } from "../password";
import {
  type Datasource,
  dashboardSources,
  datasourceSecrets,
  enteringSecrets,
  type OwnDatasource,
} from "./datasource.render";
import { GRAFANA, GRAFANA_ENDPOINT } from "./endpoint";
import { readOutside } from "./influxdb.component";
import { iniSecrets } from "./ini.render";
import { ADMIN_PASSWORD_SECRET, grafana } from "./render";

export interface GrafanaArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly front: FrontSettings;
  readonly settings: HostSettings["grafana"];
  /** Its data sources; the first is the default. */
  readonly datasources: ReadonlyArray<Datasource<pulumi.Output<string>>>;
  /** Those of the settings; with what they need at fronts of the stack, if they lead to some. */
  readonly ownDatasources?: ReadonlyArray<OwnDatasource<pulumi.Output<string>>>;
  /** Dashboards (Grafana's JSON) by file name, besides those of the settings. */
  readonly dashboards: Readonly<Record<string, string>>;
}

/** Grafana: dashboards behind the front, with a generated administrator's password. */
export class Grafana extends pulumi.ComponentResource {
  /** Where users reach it, through the front. */
  readonly url: pulumi.Input<string>;
  readonly adminUser: string;
  /** The administrator's password, a secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: GrafanaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Grafana", name, {}, opts);
    const { host, settings } = args;
    const url = `${args.front.publicUrl}${GRAFANA_ENDPOINT.path}/`;
    this.url = host.named(url);
    this.adminUser = settings.adminUser;
    this.adminPassword = settings.adminPassword ?? generatedPassword(`${name}-admin-password`, this);
    const outside = readOutside(name, settings.influxdb, this);
    const datasources = [...args.datasources, ...outside.datasources];
    const ownDatasources = args.ownDatasources ?? settings.datasources;
    const own = [
      ...datasourceSecrets(datasources),
      ...enteringSecrets<pulumi.Output<string>>(ownDatasources),
      ...ownSecrets(GRAFANA, settings.secrets),
      ...iniSecrets(settings),
    ];
    const secrets = [{ name: ADMIN_PASSWORD_SECRET, value: this.adminPassword }, ...own];
    const service = host.rendered(withAdditions(grafana), {
      image: settings.image,
      rootUrl: url,
      adminUser: settings.adminUser,
      datasources,
      ownDatasources,
      dashboards: { ...args.dashboards, ...ownDashboards(settings, datasources) },
      keepData: settings.data === "keep",
      ini: settings,
      secrets: own.map(({ name: secret }) => secret),
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    host.deploy(name, { service, secrets, after: [args.network, ...outside.users] }, { parent: this });
    this.registerOutputs({ url: this.url, adminUser: this.adminUser, adminPassword: this.adminPassword });
  }
}

/** Users' dashboards have their own directory, so their file names cannot collide with shipped ones. */
function ownDashboards(
  settings: HostSettings["grafana"],
  datasources: readonly Datasource[],
): Record<string, string> {
  const sources = dashboardSources(settings, datasources);
  return Object.fromEntries(
    settings.dashboards.map(({ name, content }) => [`own/${name}`, prepareUserDashboard(content, sources)]),
  );
}

import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HostSettings } from "../../config/load";
import { formatJson, type Json } from "../../dashboards/format";
import { prepareUserDashboard } from "../../dashboards/user";
import { OWN_AUTHORITY } from "../../lib/authority";
import type { Authority } from "../nginx/authority.component";
import { whenMade } from "../remote/whenMade";
import { type Datasource, dashboardSources, type FoundDatasource } from "./datasource.render";
import {
  type ExternalFolder,
  type ExternalScope,
  externalDashboards,
  externalDatasource,
  externalDatasources,
  externalFolder,
  externalSecret,
} from "./external.render";

type Secret = pulumi.Output<string>;

export interface ExternalGrafanaArgs {
  /** Name of the host whose metrics are shown. */
  readonly hostName: string;
  readonly settings: HostSettings["grafana"];
  readonly external: NonNullable<HostSettings["grafana"]["external"]>;
  /** How that Grafana reaches them; the first is what shipped dashboards ask. */
  readonly datasources: ReadonlyArray<FoundDatasource<Secret>>;
  /** Shipped dashboards by file name, for the data source that most ask, and all that there are. */
  readonly dashboards: (
    datasourceUid: string,
    datasources: ReadonlyArray<Datasource>,
  ) => Readonly<Record<string, string>>;
  /** Signs the certificate of the front, unless another authority does. */
  readonly authority?: Pick<Authority, "certificate"> | undefined;
  /** What has to be over first: a Grafana that is away is to stop nothing on the hosts. */
  readonly after?: Promise<unknown> | undefined;
}

/** Data sources and dashboards in a Grafana of somebody else's. */
export class ExternalGrafana extends pulumi.ComponentResource {
  /** The folder with the dashboards. */
  readonly url: string;
  private readonly owner: Secret;

  constructor(
    title: string,
    private readonly args: ExternalGrafanaArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("podwatch:index:ExternalGrafana", title, {}, opts);
    const { hostName, settings, external } = args;
    const stack = pulumi.getStack();
    const scope = {
      identity: [pulumi.getProject(), stack, title].join("\0"),
      title: `${stack} ${hostName}`,
    };
    const folder = externalFolder(external.folder, scope);
    this.url = `${external.url}/dashboards/f/${folder.uid}`;
    // Kept in the state, so that nobody else's objects have it, whatever their stacks are called.
    const mark = new random.RandomBytes(`${title}-owner`, { length: 4 }, { parent: this });
    this.owner = pulumi.unsecret(whenMade([mark.base64], markOf));
    const made = this.object("folder", `${title}-folder`, folder, []);
    const datasources = externalDatasources(args.datasources, scope);
    for (const datasource of datasources) {
      const name = `${title}-datasource-${datasource.uid.replace(/^pw[0-9a-f]+-/, "")}`;
      this.object("datasource", name, externalDatasource(datasource) as unknown as Json, [], datasource);
    }
    const dashboards = this.dashboards(settings, datasources, scope, folder);
    for (const [file, dashboard] of Object.entries(dashboards)) {
      this.object("dashboard", `${title}-dashboard-${nameOf(file)}`, dashboard as unknown as Json, [made]);
    }
    this.registerOutputs({ url: this.url, host: hostName });
  }

  private dashboards(
    settings: HostSettings["grafana"],
    datasources: ReadonlyArray<Datasource>,
    scope: ExternalScope,
    folder: ExternalFolder,
  ) {
    const uid = datasources[0]?.uid ?? settings.datasourceUid;
    const sources = dashboardSources({ ...settings, datasourceUid: uid, datasources: [] }, datasources);
    const own = settings.dashboards.map(({ name, content }): [string, string] => [
      `own/${name}`,
      prepareUserDashboard(content, sources),
    ]);
    const texts = [...Object.entries(this.args.dashboards(uid, datasources)), ...own];
    const parsed = texts.map(([file, text]) => [file, JSON.parse(text)]);
    return externalDashboards(Object.fromEntries(parsed), scope, folder, { [settings.datasourceUid]: uid });
  }

  /** One object there: what it is stands in plain text on standard input, for previews; where it goes and how to get in, in the environment. */
  private object(
    kind: "folder" | "datasource" | "dashboard",
    name: string,
    body: Json,
    dependsOn: pulumi.Resource[],
    datasource?: Datasource<Secret>,
  ): pulumi.Resource {
    const { external, after } = this.args;
    const organisation = external.organisation === undefined ? "" : `${external.organisation}`;
    const action = (word: string) => `require('podwatch/grafana-api/apply').run('${word}')`;
    return new local.Command(
      name,
      {
        interpreter: ["node", "-e"],
        create: action("create"),
        update: action("update"),
        delete: action("remove"),
        stdin: formatJson(body),
        environment: {
          PODWATCH_GRAFANA_KIND: kind,
          PODWATCH_GRAFANA_URL: external.url,
          PODWATCH_GRAFANA_ORGANISATION: organisation,
          PODWATCH_GRAFANA_CA: external.ca ?? "",
          PODWATCH_GRAFANA_OWNER: this.owner,
          PODWATCH_GRAFANA_TOKEN: pulumi.secret(afterwards(after, external.token)),
          ...(datasource === undefined ? {} : { PODWATCH_GRAFANA_SECRETS: this.secrets(datasource) }),
        },
        // What was put into one Grafana has to be removed there before it is put into another.
        triggers: [external.url, organisation],
        addPreviousOutputInEnv: false,
        logging: local.Logging.Stderr,
      },
      { parent: this, dependsOn, deleteBeforeReplace: true },
    );
  }

  private secrets({ endpoint: { auth, tls } }: Datasource<Secret>): Secret {
    const secret = externalSecret(auth);
    const ca = tls?.ca === OWN_AUTHORITY ? this.args.authority?.certificate : tls?.ca;
    return pulumi.secret(
      pulumi.all([secret?.value, ca]).apply(([value, certificate]) =>
        JSON.stringify({
          ...(secret === undefined ? {} : { [secret.key]: `${secret.prefix}${value}` }),
          ...(certificate === undefined ? {} : { tlsCACert: certificate }),
        }),
      ),
    );
  }
}

/** A tag, and as such readable. */
function markOf(base64: string): string {
  return `podwatch-${Buffer.from(base64, "base64").toString("hex").slice(0, 8)}`;
}

/** A value that is there later; a dependency would have the state remove it before everything on the hosts. */
function afterwards(after: Promise<unknown> | undefined, value: Secret): Secret {
  if (after === undefined) return value;
  return pulumi.output(after.then(() => true)).apply(() => value);
}

const nameOf = (file: string) => file.replace(/\.json$/, "").replace(/^own\//, "own-");

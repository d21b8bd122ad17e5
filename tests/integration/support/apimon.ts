// examples/apimon on four lab hosts, with a stand-in of the cloud that is watched and a git server that has the example's scenarios.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OpenStack } from "../../../lab/openstack/openstack";
import versions from "../../../versions.json";
import { GitServer } from "./gitServer";
import { CHECKOUT, type FetchOptions, HERE, LabHost, provideImages } from "./lab";
import { type NodeMirror, nodeMirror } from "./nodeMirror";
import { connection, merge, Stack, type StackSettings, sectionsIn } from "./stack";

const EXAMPLE = join(CHECKOUT, "examples/apimon");

export interface LogIn {
  readonly user: string;
  readonly password: string;
}

interface Installation {
  readonly grafana: LogIn;
  readonly influxdb: LogIn & { readonly url: string };
  readonly logIns: { readonly users: { readonly operator: string } };
}

/** The names of the stack file. */
export type Place = "bastion" | "executor" | "database" | "dashboards";
const PLACES: readonly Place[] = ["bastion", "executor", "database", "dashboards"];

const CA = "/root/authority.pem";

export class Apimon {
  private constructor(
    readonly hosts: Readonly<Record<Place, LabHost>>,
    readonly stack: Stack,
    readonly cloud: OpenStack,
    readonly git: GitServer,
    private readonly mirror: NodeMirror,
  ) {}

  /** Boots everything that is there before the deployment. */
  static async boot(): Promise<Apimon> {
    const hosts = await LabHost.bootAll(PLACES.map((place) => `test-api-${place.slice(0, 4)}`));
    await provideImages("python", "telegraf", "influxdb");
    const of = Object.fromEntries(PLACES.map((place, index) => [place, hosts[index]])) as Record<
      Place,
      LabHost
    >;
    const [stack, cloud, git, mirror] = await Promise.all([
      Stack.create("apimon", {}),
      OpenStack.start({ address: HERE }),
      // The others let nobody in.
      GitServer.start(of.bastion, versions.images.python),
      nodeMirror(),
    ]);
    await git.commit(scenarios());
    return new Apimon(of, stack, cloud, git, mirror);
  }

  all(): LabHost[] {
    return PLACES.map((place) => this.hosts[place]);
  }

  /** The example's stack file, but for what is elsewhere in the lab, and how often things happen. */
  settings(more: object = {}): StackSettings {
    const { hosts, ...sections } = sectionsIn<{ hosts: Record<Place, object> }>(
      "examples/apimon/Pulumi.apimon.yaml",
    );
    const placed = PLACES.map((place) => {
      const { name: _, ...login } = connection("operator", this.hosts[place]);
      return [place, { ...hosts[place], sshConfig: false, ...login }];
    });
    const { git, mirror, cloud } = this;
    const { hostname, port } = new URL(cloud.url);
    const lab = {
      hosts: Object.fromEntries(placed),
      executor: {
        repository: { url: git.url, hostKey: this.hosts.bastion.hostKey, refresh: "5s" },
        jobs: {
          servers: { interval: "30s" },
          keystone: { interval: "5s", arguments: [hostname, port] },
        },
        data: "delete",
      },
      prometheus: { data: "delete", scrapeInterval: "3s", evaluationInterval: "3s" },
      grafana: { data: "delete" },
      telegraf: { data: "delete" },
      influxdb: { data: "delete" },
      nodeExporter: { release: mirror.release },
      // People are nowhere in the lab.
      firewall: { allowFrom: ["10.7.0.0/16"] },
    };
    return merge(merge(sections, lab), more) as StackSettings;
  }

  async configure(more: object = {}, secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stack.configure(this.settings(more), {
      "executor.repository.key": this.git.key,
      "executor.clouds": this.cloud.clouds("apimon"),
      ...secrets,
    });
  }

  async installation(place: Place): Promise<Installation> {
    const all = await this.stack.output<Record<Place, Installation>>("installations");
    return all[place];
  }

  /** Has the hosts trust the fronts of one another, as people's browsers are made to. */
  async trust(): Promise<void> {
    const certificate = await this.stack.output<string>("authority");
    await Promise.all(this.all().map((host) => host.exec(`cat >${CA} <<'PEM'\n${certificate}PEM`)));
  }

  /** Takes that back. */
  async distrust(): Promise<void> {
    await Promise.all(this.all().map((host) => host.exec(`rm ${CA}`)));
  }

  /** How the front of a host is asked: on the host itself, as the operator of the stack file. */
  async front(place: Place): Promise<FetchOptions> {
    const { operator } = (await this.installation(place)).logIns.users;
    return { port: 443, ca: CA, user: `operator:${operator}` };
  }

  /** How its Grafana is asked, as its administrator. */
  async grafana(): Promise<FetchOptions> {
    const { user, password } = (await this.installation("dashboards")).grafana;
    return { port: 443, ca: CA, user: `${user}:${password}` };
  }

  /** How InfluxDB is asked from the dashboards host. */
  influxdb(user: string): FetchOptions {
    return { port: 443, ca: CA, of: this.hosts.database, user };
  }

  async dispose(): Promise<void> {
    await this.stack.dispose();
    this.mirror.close();
    this.git.dispose();
    await this.cloud.stop();
    await Promise.all(this.all().map((host) => host.down()));
  }
}

/** The example's scenarios, by path. */
function scenarios(): Record<string, string> {
  const top = join(EXAMPLE, "scenarios");
  const files = readdirSync(top, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(top.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

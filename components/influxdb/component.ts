import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import { type Endpoint, urlOf } from "../../lib/endpoint";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import { INFLUXDB } from "./endpoint";
import { ADMIN_SECRET, influxdb, READER_SECRET, WRITER_SECRET } from "./render";

export interface InfluxdbArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly settings: HostSettings["influxdb"];
  /** Where other hosts reach it; absent: only its own host does. */
  readonly atFront?: Endpoint | undefined;
}

/** InfluxDB: databases, and users whose passwords and rights are brought about at each start and each change. */
export class Influxdb extends pulumi.ComponentResource {
  /** Where users reach it, through the front; undefined if only its own host does. */
  readonly url: pulumi.Input<string> | undefined;
  readonly adminUser: string;
  /** The administrator's password, a secret. */
  readonly adminPassword: pulumi.Output<string>;
  /** What clients of it wait for. */
  readonly service: pulumi.Resource;

  constructor(name: string, args: InfluxdbArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Influxdb", name, {}, opts);
    const { host, settings } = args;
    const { passwords } = settings;
    if (passwords === undefined) throw new Error(`${name}: its users have no passwords`);
    this.url = args.atFront === undefined ? undefined : host.named(urlOf(args.atFront));
    this.adminUser = settings.adminUser;
    this.adminPassword = passwords.admin;
    const service = withAdditions(influxdb)({
      ...settings,
      keepData: settings.data === "keep",
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    const secrets = [
      { name: ADMIN_SECRET, value: passwords.admin },
      { name: WRITER_SECRET, value: passwords.telegraf },
      { name: READER_SECRET, value: passwords.grafana },
    ];
    const own = ownSecrets(INFLUXDB, settings.secrets);
    this.service = host.deploy(
      name,
      { service, secrets: [...own, ...secrets], after: [args.network] },
      { parent: this },
    );
    this.registerOutputs({ url: this.url, adminUser: this.adminUser, adminPassword: this.adminPassword });
  }
}

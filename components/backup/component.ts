import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import type { NamedSecret } from "../../lib/auth";
import type { SavedData } from "../../lib/savedData";
import type { Host } from "../host";
import { generatedPassword } from "../password";
import { backup, PASSWORD_SECRET, repositoryOf, S3_SECRET, s3Credentials } from "./render";
import type { S3Settings } from "./schema";

export interface BackupArgs {
  readonly host: Host;
  /** Name of the host, which its backups are found by. */
  readonly hostName: string;
  readonly settings: HostSettings["backup"];
  /** What is saved. */
  readonly data: readonly SavedData[];
  /** Directory of the node exporter's textfile collector. */
  readonly metrics: string;
}

/** Backups that the host makes by itself, of everything that is deployed there before. */
export class Backup extends pulumi.ComponentResource {
  /** Where they are. */
  readonly repository: string;
  /** What they are encrypted with. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Backup", name, {}, opts);
    const { host, hostName, settings, data, metrics } = args;
    this.repository = repositoryOf(settings, hostName);
    this.password = settings.password ?? generatedPassword(`${name}-password`, this, 40);
    const secrets: Array<NamedSecret<pulumi.Output<string>>> = [
      { name: PASSWORD_SECRET, value: this.password },
      ...("s3" in settings ? [credentials(settings.s3)] : []),
    ];
    const service = backup({ ...settings, host: hostName, place: settings, metrics, data });
    host.deploy(name, { service, secrets, after: host.deployed }, { parent: this });
    this.registerOutputs({ repository: this.repository, password: this.password });
  }
}

function credentials({
  accessKeyId,
  secretAccessKey,
}: S3Settings<pulumi.Output<string>>): NamedSecret<pulumi.Output<string>> {
  return { name: S3_SECRET, value: secretAccessKey.apply((key) => s3Credentials(accessKeyId, key)) };
}

// The stack's own certificate authority.
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { inSeconds } from "../../lib/duration";

/** In days. Replacing it means that everybody has to trust another one. */
const AUTHORITY_DAYS = 20 * 365;

/** In seconds. */
const DAY = 86_400;

export interface CertificateArgs {
  /** Whom it is for. */
  readonly name: string;
  /** DNS names and addresses, the same text for the same ones. */
  readonly names: pulumi.Input<readonly string[]>;
  /** How long it is valid, such as `90d`. */
  readonly lifetime: string;
  /** Whether its owner shows it to servers, too. */
  readonly client?: true;
}

/** Signs the certificates of the stack's fronts; all keys are in the encrypted state only. */
export class Authority extends pulumi.ComponentResource {
  /** Its certificate in PEM form, which clients have to trust. */
  readonly certificate: pulumi.Output<string>;
  private readonly both: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Authority", name, {}, opts);
    const wanted = { name: `Podwatch ${pulumi.getStack()}`, days: AUTHORITY_DAYS };
    this.both = make(`${name}-certificate`, JSON.stringify(wanted), [], this);
    this.certificate = certificateIn(this.both);
    this.registerOutputs({ certificate: this.certificate });
  }

  /** A certificate, and behind it its private key, in PEM form; made anew in the last third of its life. */
  signed(
    name: string,
    { names, lifetime, ...args }: CertificateArgs,
    parent: pulumi.Resource,
  ): pulumi.Output<string> {
    const days = inSeconds(lifetime) / DAY;
    const wanted = pulumi
      .all([names, this.both])
      .apply(([names, authority]) => JSON.stringify({ ...args, days, names, authority }));
    return make(name, pulumi.secret(wanted), [days, period(days), names], parent);
  }
}

/** A number that changes before the last third of a certificate's life begins, whenever in a period it was made. */
export function period(days: number, now = Date.now()): number {
  return Math.floor(now / 1000 / DAY / ((days * 2) / 3));
}

/** What certificates/make.js prints, kept until one of the triggers changes. */
function make(
  name: string,
  stdin: pulumi.Input<string>,
  triggers: pulumi.Input<unknown>[],
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const command = new local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: "require('podwatch/certificates/make').run()",
      stdin,
      triggers,
      addPreviousOutputInEnv: false,
      logging: local.Logging.None,
    },
    { parent, additionalSecretOutputs: ["stdout"] },
  );
  return pulumi.secret(command.stdout);
}

function certificateIn(both: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.unsecret(both.apply((pem) => `${pem.slice(0, pem.indexOf(KEY))}`));
}

const KEY = "-----BEGIN PRIVATE KEY-----";

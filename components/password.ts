import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A password that is made once, and kept in the encrypted state: letters and digits, so that it needs quoting nowhere. */
export function generatedPassword(name: string, parent: pulumi.Resource, length = 32): pulumi.Output<string> {
  return new random.RandomPassword(name, { length, special: false }, { parent }).result;
}

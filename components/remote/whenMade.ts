import * as pulumi from "@pulumi/pulumi";

/**
 * What follows from values that resources make.
 *
 * A run for some hosts only leaves out the resources of the others, and of those that were never made nobody knows the values. Whatever
 * depends on them is left out as well, so that nothing need be made of it.
 */
export function whenMade<Values extends readonly string[]>(
  values: { readonly [Key in keyof Values]: pulumi.Input<Values[Key]> },
  make: (...known: Values) => string,
): pulumi.Output<string> {
  const all = pulumi.all([...values]) as pulumi.Output<Array<string | undefined>>;
  return all.apply((known) => (known.includes(undefined) ? "" : make(...(known as unknown as Values))));
}

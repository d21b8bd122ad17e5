// Texts with what is known only while Pulumi deploys, such as the address of a machine that the same program makes: a stand-in takes its
// place until then.
import * as pulumi from "@pulumi/pulumi";
import { isTree } from "../config/walk";
import { withAddress } from "../lib/address";

type Secret = pulumi.Output<string>;

/** All of the program's addresses that are known only later, by stand-in. */
const ADDRESSES = new Map<string, Secret>();

/** From now on, texts with the stand-in wait for what it stands for. */
export function announce(standIn: string, known: Secret): void {
  ADDRESSES.set(standIn, known);
}

/** Makes something from texts, once all addresses in them are known. */
export function whenKnown<Input, Made>(
  input: Input,
  make: (input: Input) => Made,
): Made | pulumi.Output<Made> {
  const inside = new Map<string, Secret>();
  if (ADDRESSES.size > 0) {
    mapTexts(input, (text) => {
      for (const [standIn, address] of ADDRESSES) if (text.includes(standIn)) inside.set(standIn, address);
      return text;
    });
  }
  if (inside.size === 0) return make(input);
  return pulumi.all([...inside.values()]).apply((addresses) => {
    const fillIn = (text: string) =>
      [...inside.keys()].reduce(
        (whole, standIn, at) => withAddress(whole, standIn, addresses[at] as string),
        text,
      );
    return make(mapTexts(input, fillIn) as Input);
  }) as pulumi.Output<Made>;
}

/** A tree of values, with each of its texts passed through a function. */
export function mapTexts(value: unknown, map: (text: string) => unknown): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (!isTree(value) || pulumi.Output.isInstance(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, map)]));
}

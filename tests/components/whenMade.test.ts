// A run for some hosts only, of which the others have never been deployed. On hosts it is tried in tests/integration/isa.test.ts.
import * as pulumi from "@pulumi/pulumi";
import { whenMade } from "../../components/remote/whenMade";

const known = (output: pulumi.Output<string>) => new Promise((resolve) => output.apply(resolve));
const left = pulumi.output(undefined) as unknown as pulumi.Output<string>;

test("what follows from a value is made once it is there, and of one that is left out nothing is", async () => {
  const upper = (...values: string[]) => values.join(" ").toUpperCase();
  expect(await known(whenMade(["a", pulumi.output("b")], upper))).toBe("A B");
  const never = (..._: string[]): string => {
    throw new Error("it is asked for");
  };
  expect(await known(whenMade([left], never))).toBe("");
  expect(await known(whenMade(["a", left], never))).toBe("");
});

test("a secret remains one", async () => {
  const made = whenMade([pulumi.secret("a")], (value) => value);
  expect(await (made as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
});

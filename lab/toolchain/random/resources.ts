// The one random resource that the product has: made once, kept as it is, made anew when any option or keeper changes.
import { hash } from "bcryptjs";
import type { ResourceType } from "../provider/serve";
import { type Properties, plain, secret, UNKNOWN } from "../provider/values";
import { type Alphabet, randomText } from "./characters";
import { checkFields, checkText, withDefaults } from "./inputs";

/** bcrypt's usual cost; it looks at 72 bytes at most. */
const BCRYPT_COST = 10;

const randomPassword: ResourceType = {
  check(inputs) {
    const failures = checkFields(inputs);
    return { inputs, failures: failures.length > 0 ? failures : checkText(inputs) };
  },
  replaces: () => true,
  comparable: withDefaults,
  async create(inputs, { preview }) {
    const values = withDefaults(inputs);
    if (preview) return { id: "", outputs: { ...values, result: UNKNOWN, bcryptHash: UNKNOWN } };
    const result = randomText(plain(values) as unknown as Alphabet);
    const bcryptHash = await hash(result, BCRYPT_COST);
    const id = "none";
    return { id, outputs: { ...values, result: secret(result), bcryptHash: secret(bcryptHash), id } };
  },
  async update(): Promise<Properties> {
    throw new Error("a random resource is replaced, never updated");
  },
  async delete() {
    // There is nothing but the state.
  },
};

export const RANDOM_TYPES: Record<string, ResourceType> = {
  "random:index/randomPassword:RandomPassword": randomPassword,
};

// The random resources that the product has: made once, kept as it is, made anew when any option or keeper changes.
import { randomBytes as bytes } from "node:crypto";
import { hash } from "bcryptjs";
import type { ResourceType } from "../provider/serve";
import { type Properties, plain, secret, UNKNOWN } from "../provider/values";
import { type Alphabet, randomText } from "./characters";
import { BYTES_FIELDS, checkFields, checkText, withDefaults } from "./inputs";

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

const randomBytes: ResourceType = {
  check: (inputs) => ({ inputs, failures: checkFields(inputs, BYTES_FIELDS) }),
  replaces: () => true,
  comparable: (inputs) => inputs,
  async create(inputs, { preview }) {
    if (preview) return { id: "", outputs: { ...inputs, base64: UNKNOWN, hex: UNKNOWN } };
    const made = bytes((plain(inputs) as unknown as { length: number }).length);
    const base64 = made.toString("base64");
    const hex = made.toString("hex");
    return { id: base64, outputs: { ...inputs, base64: secret(base64), hex: secret(hex) } };
  },
  update: randomPassword.update,
  delete: randomPassword.delete,
};

export const RANDOM_TYPES: Record<string, ResourceType> = {
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomBytes:RandomBytes": randomBytes,
};

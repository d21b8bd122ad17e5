// The random resources: made once, kept as they are, made anew when any option or keeper changes.
import { randomBytes } from "node:crypto";
import { hash } from "bcryptjs";
import type { Failure, ResourceType } from "../provider/serve";
import { type Properties, plain, secret, UNKNOWN } from "../provider/values";
import { type Alphabet, randomText } from "./characters";
import { checkFields, checkText, type Fields, KEEPERS, TEXT, withDefaults } from "./inputs";

/** bcrypt's usual cost; it looks at 72 bytes at most. */
const BCRYPT_COST = 10;

const SIZE = { type: "number", required: true, minimum: 1 } as const;

interface Made {
  id: string;
  outputs: Properties;
}

function randomResource(
  fields: Fields,
  outputs: string[],
  make: (values: Properties) => Promise<Made>,
  checkTogether: (inputs: Properties) => Failure[] = () => [],
): ResourceType {
  return {
    check(inputs) {
      const failures = checkFields(inputs, fields);
      return { inputs, failures: failures.length > 0 ? failures : checkTogether(inputs) };
    },
    replaces: () => true,
    comparable: (inputs) => withDefaults(inputs, fields),
    async create(inputs, { preview }) {
      const values = withDefaults(inputs, fields);
      if (preview) return { id: "", outputs: { ...values, ...unknown(outputs) } };
      const made = await make(plain(values) as Properties);
      return { id: made.id, outputs: { ...values, ...made.outputs, id: made.id } };
    },
    async update(): Promise<Properties> {
      throw new Error("a random resource is replaced, never updated");
    },
    async delete() {
      // There is nothing but the state.
    },
  };
}

function unknown(names: string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, UNKNOWN]));
}

const randomPassword = randomResource(
  TEXT,
  ["result", "bcryptHash"],
  async (values) => {
    const result = randomText(values as unknown as Alphabet);
    const bcryptHash = await hash(result, BCRYPT_COST);
    return { id: "none", outputs: { result: secret(result), bcryptHash: secret(bcryptHash) } };
  },
  checkText,
);

const randomString = randomResource(
  TEXT,
  ["result"],
  async (values) => {
    const result = randomText(values as unknown as Alphabet);
    return { id: result, outputs: { result } };
  },
  checkText,
);

const randomId = randomResource(
  { ...KEEPERS, byteLength: SIZE, prefix: { type: "string" } },
  ["b64Std", "b64Url", "dec", "hex"],
  async ({ byteLength, prefix = "" }) => {
    const bytes = randomBytes(byteLength as number);
    const id = bytes.toString("base64url");
    const hex = bytes.toString("hex");
    const outputs = {
      b64Std: `${prefix}${bytes.toString("base64")}`,
      b64Url: `${prefix}${id}`,
      dec: `${prefix}${BigInt(`0x${hex}`)}`,
      hex: `${prefix}${hex}`,
    };
    return { id, outputs };
  },
);

const randomBytesResource = randomResource(
  { ...KEEPERS, length: SIZE },
  ["base64", "hex"],
  async ({ length }) => {
    const bytes = randomBytes(length as number);
    return {
      id: "none",
      outputs: { base64: secret(bytes.toString("base64")), hex: secret(bytes.toString("hex")) },
    };
  },
);

export const RANDOM_TYPES: Record<string, ResourceType> = {
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomId:RandomId": randomId,
  "random:index/randomBytes:RandomBytes": randomBytesResource,
};

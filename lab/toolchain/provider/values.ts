// Property values as they travel between the engine and a provider: plain JSON, in which a secret is an object
// marked by a signature, and a value that is not known yet is a reserved string.

export type Value = null | boolean | number | string | Value[] | Properties;
export interface Properties {
  [name: string]: Value;
}

/** What a preview sends for a value that only the real run will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSETS = ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"];

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function signatureOf(value: Value | undefined): Value | undefined {
  return isObject(value) ? value[SIGNATURE] : undefined;
}

export function isAsset(value: Value | undefined): boolean {
  const signature = signatureOf(value);
  return typeof signature === "string" && ASSETS.includes(signature);
}

export function isSecret(value: Value | undefined): boolean {
  const signature = signatureOf(value);
  return signature === SECRET || (signature === OUTPUT && (value as Properties).secret === true);
}

/** Marks a value as secret; one that already is stays as it is. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** The value inside any number of secret or output wrappers; what lies deeper keeps its own. */
export function unwrap(value: Value | undefined): Value | undefined {
  switch (signatureOf(value)) {
    case SECRET:
      return unwrap((value as Properties).value);
    case OUTPUT:
      return "value" in (value as Properties) ? unwrap((value as Properties).value) : UNKNOWN;
    default:
      return value;
  }
}

/** The same value without any wrapper at any depth. */
export function plain(value: Value): Value {
  const inner = unwrap(value) ?? null;
  if (Array.isArray(inner)) return inner.map(plain);
  if (!isObject(inner)) return inner;
  return Object.fromEntries(Object.entries(inner).map(([name, item]) => [name, plain(item)]));
}

export function containsUnknown(value: Value | undefined): boolean {
  const inner = unwrap(value);
  if (inner === UNKNOWN) return true;
  if (Array.isArray(inner)) return inner.some(containsUnknown);
  return isObject(inner) && Object.values(inner).some(containsUnknown);
}

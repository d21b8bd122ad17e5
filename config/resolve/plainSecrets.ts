// Secrets that stand in the text of somebody else's configuration, which is shipped as it is.
import type { Path } from "../problem";
import { isTree } from "../walk";

const secretKey = /^(password|credentials|bearer_token|client_secret|secret_key|secret|token)$/;

/** Where a configuration holds a secret in its own text. */
export function plainSecrets(value: unknown): Path[] {
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const key = Array.isArray(value) ? Number(name) : name;
    if (secretKey.test(name) && typeof inner === "string") return [[key]];
    return plainSecrets(inner).map((path) => [key, ...path]);
  });
}

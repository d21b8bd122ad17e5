// Secrets that stand in the stack file unencrypted.
import { load } from "js-yaml";
import type { Context } from "./context";
import { type Path, type Problem, show } from "./problem";
import { namespace, stack } from "./schema";
import { isGroup, leaves, type Tree, valueAt } from "./walk";

/** Each with the command that encrypts it; the value is never told. */
export function plainSecretProblems(raw: Tree, context: Context): Problem[] {
  const file = readFile(context.stackFile());
  const plain = leaves(stack, raw).filter(({ path, value, secret }) => {
    // Only what stands in plain text can be a number or a switch.
    if (!secret || value === null) return false;
    if (typeof value !== "string" || !context.isSecret(String(path[0]))) return true;
    return isPlainIn(file, path) ?? standsIn(file.text, String(path.at(-1)), value);
  });
  return plain.map(({ path }) => {
    const input = /^(privateKey|key)$/.test(String(path.at(-1))) ? " < KEYFILE" : "";
    const command = `pulumi config set --secret --path '${show(path)}'${input}`;
    return { path, text: `is a secret in plain text; encrypt it, type: ${command}` };
  });
}

interface File {
  readonly text: string;
  /** What stands under `config:`. */
  readonly config: unknown;
}

function readFile(text: string): File {
  try {
    return { text, config: valueAt(load(text), ["config"]) };
  } catch {
    return { text, config: undefined };
  }
}

/** Whether a setting stands in a stack file as it is; undefined where it does not stand at all. */
function isPlainIn({ config }: File, [key, ...rest]: Path): boolean | undefined {
  const whole = valueAt(config, [`${namespace}:${String(key)}`]);
  const at = rest.map((_, index) => valueAt(whole, rest.slice(0, index)));
  if (at.some((group) => isGroup(group) && "secure" in group)) return false;
  const value = valueAt(whole, rest);
  if (value === undefined) return undefined;
  return !(isGroup(value) && "secure" in value);
}

/**
 * Whether a file's text shows a setting with this value. Pulumi tells of a key only whether anything in it is encrypted,
 * so beside an encrypted secret a plain one is found only by looking.
 */
function standsIn(file: string, name: string, value: string): boolean {
  const lines = value.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  if (lines.length > 1) return lines.every((line) => file.includes(line));
  if (!file.includes(value)) return false;
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\b${name}["']?\\s*:\\s*["']?${escaped}["']?\\s*(#|,|\\}|$)`, "m").test(file);
}

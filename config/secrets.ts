// Secrets that stand in the stack file unencrypted.
import type { Context } from "./context";
import { type Problem, show } from "./problem";
import { stack } from "./schema";
import { leaves, type Tree } from "./walk";

/** Each with the command that encrypts it; the value is never told. */
export function plainSecretProblems(raw: Tree, context: Context): Problem[] {
  const plain = leaves(stack, raw).filter(({ path, value, secret }) => {
    if (!secret || typeof value !== "string") return false;
    return !context.isSecret(String(path[0])) || standsIn(context.stackFile(), String(path.at(-1)), value);
  });
  return plain.map(({ path }) => {
    const input = path.at(-1) === "privateKey" ? " < KEYFILE" : "";
    const command = `pulumi config set --secret --path '${show(path)}'${input}`;
    return { path, text: `is a secret in plain text; encrypt it, type: ${command}` };
  });
}

/**
 * Whether a file's text shows a setting with this value. Pulumi tells of a key only whether anything in it is encrypted,
 * so beside an encrypted secret a plain one is found only by looking.
 */
function standsIn(file: string, name: string, value: string): boolean {
  const lines = value.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  if (lines.length > 1) return lines.every((line) => file.includes(line));
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\b${name}["']?\\s*:\\s*["']?${escaped}["']?\\s*(#|,|\\}|$)`, "m").test(file);
}

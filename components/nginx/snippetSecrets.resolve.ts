// Secrets in the user's snippet for the front: it is deployed verbatim, readable in previews and on the host.
import type { Path, Report } from "../../config/problem";
import { show } from "../../config/problem";
import {
  isPrivateKey,
  isSecretHeader,
  isSecretParameter,
  isSecretUrl,
  isSecretVariable,
} from "../../config/secretWords";

/** @param directives each as its words, whatever block they are in */
export function refuseSnippetSecrets(
  directives: readonly (readonly string[])[],
  path: Path,
  secrets: Path,
  report: Report,
): void {
  for (const words of directives) {
    const what = secretIn(words);
    if (what === undefined) continue;
    report(
      path,
      `"${what}" holds a secret, which anybody could read in previews and on the host; write include /run/secrets/nginx.NAME; in its place, and the directive as a secret, type: pulumi config set --secret --path '${show([...secrets, "NAME"])}'`,
    );
  }
}

/** The words that identify a directive with a secret, without the secret. */
function secretIn([name = "", ...args]: readonly string[]): string | undefined {
  const [first = "", second = ""] = args;
  if (/_(set_header|param)$/.test(name) && args.length > 1) {
    return isSecretHeader(first.replace(/^HTTP_/, ""), second) && isWritten(second)
      ? `${name} ${first}`
      : undefined;
  }
  if (name === "set" && isSecretVariable(first.slice(1)) && isWritten(second)) return `set ${first}`;
  if (
    name === "secure_link_secret" ||
    (name === "secure_link_md5" && isWritten(first.replaceAll(/\s/g, "")))
  ) {
    return name;
  }
  if (name === "if" && isComparedWithSecret(args)) return `if ${first}`;
  const address = args.some((word) => isSecretUrl(word) && !/\/\/[^/?#\s@]*\$[^@]*@/.test(word));
  return address || args.some(isPrivateKey) ? name : undefined;
}

/** Whether a value has more than variables and the name of an authentication scheme. */
function isWritten(value: string): boolean {
  return /[^\s:"']/.test(
    value.replaceAll(/\$\{[^}]*\}|\$\w+/g, "").replace(/^\s*(Bearer|Basic|Digest|Token|ApiKey)\s*/i, ""),
  );
}

function isComparedWithSecret(words: readonly string[]): boolean {
  const [variable = "", operator = "", value = ""] = words
    .join(" ")
    .replace(/^\(\s*|\s*\)$/g, "")
    .split(/\s+/);
  const [, name] = /^\$(?:http|arg|cookie)_(\w+)$/.exec(variable) ?? [];
  const secret = name !== undefined && (isSecretParameter(name) || isSecretHeader(name, []));
  return secret && /^!?[=~]/.test(operator) && isWritten(value);
}

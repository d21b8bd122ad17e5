// The user's additional keys for a unit: refuses those that would undo Podwatch's guarantees, with the fix, and
// values of which a part would be lost.
import { quote, type Report, show } from "../problem";
import { type QuadletSettings, quadletSections, refusedKeys } from "../schema/quadlet";
import { isPrivateKey, isSecretUrl, isSecretVariable } from "../secretWords";
import type { Locate } from "./locate";
import { placeProblem } from "./quadletPlaces";
import { splitProblem } from "./quadletWords";

/** @param service the service, whose `secrets` are the place for secrets; undefined if it has none */
export function checkQuadlet(given: QuadletSettings, locate: Locate, report: Report, service?: string): void {
  for (const section of quadletSections) {
    for (const [key, values] of Object.entries(given[section])) {
      const path = locate(["quadlet", section, key]);
      const refused = refusedKeys[section];
      const name = key.toLowerCase();
      const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
      if (reason !== undefined) report(path, `${quote(key)} ${reason}`);
      // A value with a secret is reported below, without quoting it.
      for (const value of values.filter((one) => secretsIn(one).length === 0)) {
        const message = splitProblem(section, name, value) ?? placeProblem(section, name, value);
        if (message !== undefined) report(path, `${quote(value)} ${message}`);
      }
      for (const what of values.flatMap(secretsIn)) {
        const file =
          service === "grafana"
            ? `${what}=$$__file{/run/secrets/grafana.NAME}`
            : `/run/secrets/${service}.NAME`;
        const way =
          service === undefined
            ? "leave it out"
            : `have it read from ${file}, and type: pulumi config set --secret --path '${show(locate(["secrets", "NAME"]))}'`;
        report(
          path,
          `${quote(what)} holds a secret, which anybody on the host could read in the unit; ${way}`,
        );
      }
    }
  }
}

/** Names of the variables and options in a value that contain a secret. */
export function secretsIn(value: string): string[] {
  if (isPrivateKey(value)) return ["PRIVATE KEY"];
  return [...value.matchAll(/(?:^|[\s"'])(-{0,2}[A-Za-z_][\w.-]*)=(\S+)/g)].flatMap(
    ([, name = "", text = ""]) => {
      const plain = text.replaceAll(/["']/g, "");
      if (isSecretUrl(plain)) return [name];
      return isSecretVariable(name.replace(/^-+/, "")) && isWritten(plain) ? [name] : [];
    },
  );
}

/** The path of a secret is not secret, nor is a switch. */
export function isWritten(value: string): boolean {
  return value !== "" && !/^(\$|%[a-z]\/|\/|true$|false$)/i.test(value);
}

// Keys of the user's own for a unit: those that would undo what Podwatch stands for are refused, with the way out.
import { quote, type Report } from "../problem";
import { type QuadletSettings, quadletSections, refusedKeys } from "../schema/quadlet";
import type { Locate } from "./locate";

export function checkQuadlet(given: QuadletSettings, locate: Locate, report: Report): void {
  for (const section of quadletSections) {
    for (const key of Object.keys(given[section])) {
      const refused = refusedKeys[section];
      const name = key.toLowerCase();
      const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
      if (reason !== undefined) report(locate(["quadlet", section, key]), `${quote(key)} ${reason}`);
    }
  }
}

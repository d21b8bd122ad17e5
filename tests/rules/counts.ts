// How many questions about each alert are put to promtool.
import { CATALOGUE } from "../../components/catalogue";
import { casesOf } from "./all";
import { questions } from "./questions";

export function caseCounts(): Record<string, number> {
  return Object.fromEntries(
    CATALOGUE.flatMap((group) =>
      group.alerts.map((alert) => {
        const cases = casesOf(group.name, alert.name);
        return [alert.name, cases === undefined ? 0 : questions(alert, cases).length];
      }),
    ),
  );
}

// Checks over several of Grafana's settings; dashboards are read here.
import type { z } from "zod";
import type { Context } from "../context";
import { quote, type Report } from "../problem";
import type { GrafanaSettings, grafana } from "../schema/grafana";
import { isGroup } from "../walk";
import { parseJson, shippedFiles } from "./files";
import type { Locate } from "./services";

export function resolveGrafana(
  given: z.output<typeof grafana>,
  locate: Locate,
  context: Context,
  report: Report,
): GrafanaSettings {
  const { adminPassword, ...rest } = given;
  if (adminPassword !== undefined && adminPassword.toLowerCase() === given.adminUser.toLowerCase()) {
    report(
      locate(["adminPassword"]),
      "is the user's own name; write another one, or remove the setting and one is generated",
    );
  }
  const at = (index: number) => locate(["dashboards", index]);
  const dashboards = shippedFiles(given.dashboards, "a dashboard", at, dashboardComplaint, context, report);
  const owners = new Map<string, string>();
  for (const dashboard of dashboards) {
    const uid = uidOf(dashboard.content);
    const owner = uid === undefined ? undefined : owners.get(uid);
    if (uid !== undefined && owner !== undefined) {
      report(
        locate(["dashboards"]),
        `${quote(dashboard.path)} has the uid ${quote(uid)} of ${quote(owner)}; give one of them another uid`,
      );
    }
    if (uid !== undefined) owners.set(uid, dashboard.path);
  }
  return { ...rest, ...(adminPassword === undefined ? {} : { adminPassword }), dashboards };
}

function dashboardComplaint(name: string, content: string): string | undefined {
  if (!name.endsWith(".json"))
    return "is not a JSON file; write the path of a dashboard that Grafana exported as JSON";
  const parsed = parseJson(content);
  if ("complaint" in parsed) return parsed.complaint;
  const titled = isGroup(parsed.value) && typeof parsed.value.title === "string" && parsed.value.title !== "";
  return titled ? undefined : "is not a dashboard, since it has no title; export it from Grafana as JSON";
}

function uidOf(content: string): string | undefined {
  const parsed = parseJson(content);
  if ("complaint" in parsed || !isGroup(parsed.value)) return undefined;
  return typeof parsed.value.uid === "string" && parsed.value.uid !== "" ? parsed.value.uid : undefined;
}

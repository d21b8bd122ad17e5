import { section } from "../../config/section";
import { resolveAlerts } from "./alerts.resolve";
import { alerts } from "./alerts.schema";

export const alertsSection = section("alerts", {
  schema: alerts,
  resolve: (given, { before }) => resolveAlerts(given, before.front.publicUrl),
  chapters: { alerts: { title: "Alerts" } },
});

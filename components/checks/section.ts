import { section } from "../../config/section";
import { resolveChecks } from "./resolve";
import { checks } from "./schema";

export const checksSection = section("checks", {
  schema: checks,
  resolve: resolveChecks,
  chapters: {
    checks: { title: "Checks" },
    queryCheck: { title: "Expressions that must hold", under: "under each name in `checks.queries`" },
    urlCheck: { title: "URLs that must answer", under: "under each name in `checks.urls`" },
    portCheck: { title: "Ports that must be open or closed", under: "under each name in `checks.ports`" },
    commandCheck: { title: "Commands that must succeed", under: "under each name in `checks.commands`" },
  },
  onTargets: true,
});

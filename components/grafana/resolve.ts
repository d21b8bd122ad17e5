// Checks that involve several of Grafana's settings; reads dashboards.
import type { z } from "zod";
import { quote, quotePath, type Report } from "../../config/problem";
import { shippedFiles } from "../../config/resolve/files";
import type { Locate } from "../../config/resolve/locate";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { SHIPPED_DASHBOARDS, shippedDashboards } from "../../dashboards/shipped";
import { dashboardIdentity, dashboardProblems } from "../../dashboards/user";
import type { ShippedFile } from "../prometheus/schema";
import { checkDatasources } from "./datasources.resolve";
import { resolveExternal } from "./external.resolve";
import { resolveOutsideInfluxdbs } from "./influxdb.resolve";
import { checkIni } from "./ini.resolve";
import { checkAdminUser, checkEmbedding, checkPlugins, checkSmtp, resolveLdap } from "./logIn.resolve";
import type { GrafanaSettings, grafana } from "./schema";

export function resolveGrafana(given: z.output<typeof grafana>, around: ResolveContext): GrafanaSettings {
  const { before, locate, context, report } = around;
  checkQuadlet(given.quadlet, locate, report, "grafana");
  const external = resolveExternal(given, around);
  const { adminPassword, ...rest } = given;
  if (adminPassword !== undefined && adminPassword.toLowerCase() === given.adminUser.toLowerCase()) {
    report(
      locate(["adminPassword"]),
      "is the user name; write another one, or remove the setting to have one generated",
    );
  }
  const at = (index: number) => locate(["dashboards", index]);
  const outside = Object.keys(given.influxdb).length > 0 ? ["influxdb"] : [];
  const kinds = ["prometheus", ...outside, ...given.datasources.map(({ type }) => type)];
  const dashboards = shippedFiles(
    given.dashboards,
    { what: "a dashboard", check: (name, content) => fileProblems(name, content, kinds) },
    at,
    context,
    report,
  );
  checkIdentities(dashboards, locate, report);
  checkDatasources(given, locate, report);
  checkIni(given, locate, report);
  checkSmtp(given, locate, report);
  checkPlugins(given, locate, report);
  checkEmbedding(given, { before, locate, report });
  checkAdminUser(given, { before, locate, report });
  const influxdb = resolveOutsideInfluxdbs(given, { locate, context, report });
  const ldap = resolveLdap(given.ldap, { context, locate, report });
  return {
    ...withPlainSecrets({
      ...rest,
      dashboards,
      influxdb,
      ...(ldap === undefined ? {} : { ldap }),
      ...(external === undefined ? {} : { enabled: false, external }),
    }),
    ...(adminPassword === undefined ? {} : { adminPassword }),
  };
}

function fileProblems(name: string, content: string, kinds: readonly string[]): string | readonly string[] {
  return name.endsWith(".json")
    ? dashboardProblems(content, kinds)
    : "is not a JSON file; write the path of a dashboard that Grafana exported as JSON";
}

/** Of two dashboards with the same uid, or the same title in a folder, Grafana shows only one, or neither. */
function checkIdentities(dashboards: readonly ShippedFile[], locate: Locate, report: Report): void {
  if (dashboards.length === 0) return;
  // All that Podwatch can ship, not only the current ones: enabling another service must not cause a problem here.
  const shipped = Object.values(shippedDashboards(SHIPPED_DASHBOARDS, ""));
  const all = [
    ...shipped.map((content) => ({ content, path: undefined })),
    ...dashboards.map(({ content, path }) => ({ content, path })),
  ];
  const owners = { uid: new Map<string, string>(), title: new Map<string, string>() };
  for (const { content, path } of all) {
    const identity = dashboardIdentity(content);
    for (const key of ["uid", "title"] as const) {
      const value = identity?.[key];
      if (value === undefined) continue;
      // Grafana compares titles without regard to case.
      const known = key === "title" ? value.toLowerCase() : value;
      const owner = owners[key].get(known);
      if (owner === undefined) {
        owners[key].set(known, path === undefined ? "a shipped dashboard" : quotePath(path));
      } else if (path !== undefined) {
        const way = owner.startsWith('"') ? `give one of them another ${key}` : `give it another ${key}`;
        report(
          locate(["dashboards"]),
          `${quotePath(path)} has the ${key} ${quote(value)} of ${owner}; ${way}`,
        );
      }
    }
  }
}

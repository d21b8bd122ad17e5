// What users see: the administrator can log in to Grafana, data sources respond, dashboards have data.
import { type Check, check } from "./check";
import { type Dashboard, type PanelQueries, panelRequests } from "./dashboard";
import { NO_SOURCE, type Source } from "./datasource";
import { type Grafana, LockedOut, type QueryResult } from "./grafana";
import { retry } from "./retry";

/** All checks of a Grafana; each of them, and the log-in before them, has a time-out of so many seconds. */
export async function verifyGrafana(grafana: Grafana, seconds: number): Promise<Check[]> {
  let lockedOut = false;
  const login = await check("grafana log-in", () =>
    retry(seconds, () => grafana.logIn()).catch((error) => {
      lockedOut = error instanceof LockedOut;
      throw error;
    }),
  );
  // Only one wrong log-in, since Grafana locks users after a few.
  if (!login.passed && !lockedOut) {
    return [login];
  }
  const all = await Promise.all([
    listed("data sources", seconds, () => sources(grafana)),
    listed("dashboards", seconds, () => dashboards(grafana)),
  ]);
  return [login, ...all.flat()];
}

/** A check with the name of its subject. */
interface NamedCheck {
  readonly name: string;
  readonly run: () => Promise<string>;
}

/** Creates a list of checks, and runs them in parallel; if the list cannot be created, that is a failed check. */
async function listed(what: string, seconds: number, list: () => Promise<NamedCheck[]>): Promise<Check[]> {
  let checks: NamedCheck[] = [];
  const had = await check(what, async () => {
    checks = await retry(seconds, list);
    return `${checks.length}`;
  });
  if (!had.passed) {
    return [had];
  }
  return Promise.all(checks.map(({ name, run }) => check(name, () => retry(seconds, run))));
}

async function sources(grafana: Grafana): Promise<NamedCheck[]> {
  const found = await grafana.get<Array<{ name: string; uid: string }>>("datasources");
  return found.map(({ name, uid }) => ({
    name: `data source ${name}`,
    run: async () => {
      const { status, message } = await grafana.get<{ status: string; message: string }>(
        `datasources/uid/${uid}/health`,
      );
      if (status !== "OK") {
        throw new Error(message);
      }
      return message;
    },
  }));
}

async function dashboards(grafana: Grafana): Promise<NamedCheck[]> {
  const found = await grafana.get<Array<{ title: string; uid: string }>>("search?type=dash-db&limit=5000");
  return found.map(({ title, uid }) => ({
    name: `dashboard ${title}`,
    run: () => showDashboard(grafana, uid),
  }));
}

async function showDashboard(grafana: Grafana, uid: string): Promise<string> {
  const { dashboard } = await grafana.get<{ dashboard: Dashboard }>(`dashboards/uid/${uid}`);
  const sources = await grafana.get<Source[]>("datasources");
  const checks = panelRequests(dashboard, { from: "now-15m", sources });
  if (checks.length === 0) throw new Error("has no panels");
  const asked = checks.filter((look): look is PanelQueries => "body" in look);
  const wrong = checks.flatMap((look) => ("error" in look ? [told(look.panel, look.error)] : []));
  const empty: string[] = [];
  for (const { panel, body } of asked) {
    const { results, message } = await grafana.query(body);
    const errors = Object.values(results ?? {}).flatMap(({ error }) => error ?? []);
    if (results === undefined || errors.length > 0) wrong.push(told(panel, errors[0] ?? message));
    else if (!Object.values(results).some(hasData)) empty.push(JSON.stringify(panel));
  }
  if (wrong.length > 0) throw new Error([...wrong, ...wayOut(wrong)].join("; "));
  const skipped = checks.flatMap((look) =>
    "skipped" in look ? [`${JSON.stringify(look.panel)} (${look.skipped})`] : [],
  );
  return [
    asked.length === 0
      ? "no panel asks for data"
      : `${asked.length - empty.length} of ${asked.length} panels with data`,
    ...(empty.length > 0 ? [`without: ${empty.join(", ")}`] : []),
    ...(skipped.length > 0 ? [`not asked: ${skipped.join(", ")}`] : []),
  ].join("; ");
}

/** Most dashboards that ask what is not there were saved from another Grafana. */
function wayOut(wrong: readonly string[]): string[] {
  return wrong.some((text) => text.includes(NO_SOURCE))
    ? ["add it under grafana.datasources, or write grafana.missingDatasources: replace"]
    : [];
}

function told(panel: string, what: unknown): string {
  return `panel ${JSON.stringify(panel)}: ${what}`;
}

function hasData({ frames = [] }: QueryResult): boolean {
  return frames.some(({ data }) => (data?.values ?? []).some((column) => column.length > 0));
}

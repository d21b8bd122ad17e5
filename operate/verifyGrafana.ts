// What users see: the administrator can log in to Grafana, data sources respond, dashboards have data.
import { type Check, check, PartlyWrong, type Result } from "./check";
import { type Dashboard, type PanelRequest, panelRequests } from "./dashboard";
import { NO_SOURCE, type Source } from "./datasource";
import { LockedOut, type Grafana as OwnGrafana, type QueryResult } from "./grafana";
import { retry } from "./retry";

type Grafana = Pick<OwnGrafana, "logIn" | "get" | "health" | "query">;

/** All checks of a Grafana; each of them, and the log-in before them, has a time-out of so many seconds. */
export async function verifyGrafana(
  grafana: Grafana,
  seconds: number,
  isOurs = (_datasource: string) => true,
): Promise<Check[]> {
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
    listed("data sources", seconds, () => sources(grafana, isOurs)),
    listed("dashboards", seconds, () => dashboards(grafana)),
  ]);
  return [login, ...withCauses(all.flat())];
}

const checkOfSource = (name: string) => `data source ${name}`;

/** A dashboard whose panels fail only at data sources that fail themselves says no more than these. */
function withCauses(checks: readonly Check[]): Check[] {
  const failed = new Set(checks.flatMap(({ check: name, passed }) => (passed ? [] : [name])));
  return checks.map((one) => {
    const wrong = ((one.parts ?? []) as readonly Shown[]).flatMap((part) => ("error" in part ? [part] : []));
    const causes = wrong.map(({ asks = [] }) => asks.map(checkOfSource).find((name) => failed.has(name)));
    const [cause] = causes;
    if (cause === undefined || causes.includes(undefined)) return one;
    return { ...one, becauseOf: cause, detail: `needs ${[...new Set(causes)].join(", ")}` };
  });
}

/** A check with the name of its subject. */
interface NamedCheck {
  readonly name: string;
  readonly run: () => Promise<string | Result>;
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

async function sources(grafana: Grafana, isOurs: (uid: string) => boolean): Promise<NamedCheck[]> {
  const found = await grafana.get<Array<{ name: string; uid: string }>>("datasources");
  const ours = found.filter(({ uid }) => isOurs(uid));
  return ours.map(({ name, uid }) => ({
    name: checkOfSource(name),
    run: async () => (await grafana.health(uid)) ?? "is there; its kind has no health check",
  }));
}

async function dashboards(grafana: Grafana): Promise<NamedCheck[]> {
  const found = await grafana.get<Array<{ title: string; uid: string }>>("search?type=dash-db&limit=5000");
  return found.map(({ title, uid }) => ({
    name: `dashboard ${title}`,
    run: () => showDashboard(grafana, uid),
  }));
}

/** A panel and what became of it: what was asked, and whether there was data; or why nothing was. */
type Shown = { readonly panel: string } & (
  | { readonly asked: readonly string[]; readonly data: boolean }
  | { readonly skipped: string }
  | { readonly error: string /** Names of data sources. */; readonly asks?: readonly string[] }
);

async function showDashboard(grafana: Grafana, uid: string): Promise<Result> {
  const { dashboard } = await grafana.get<{ dashboard: Dashboard }>(`dashboards/uid/${uid}`);
  const sources = await grafana.get<Source[]>("datasources");
  const requests = panelRequests(dashboard, { from: "now-15m", sources });
  if (requests.length === 0) throw new Error("has no panels");
  const parts: Shown[] = [];
  for (const request of requests) parts.push(await showPanel(grafana, request, sources));
  const wrong = parts.flatMap((part) => ("error" in part ? [told(part.panel, part.error)] : []));
  if (wrong.length > 0) throw new PartlyWrong([...wrong, ...wayOut(wrong)].join("; "), parts);
  const asked = parts.flatMap((part) => ("asked" in part ? [part] : []));
  const empty = asked.flatMap(({ panel, data }) => (data ? [] : [JSON.stringify(panel)]));
  const skipped = parts.flatMap((part) =>
    "skipped" in part ? [`${JSON.stringify(part.panel)} (${part.skipped})`] : [],
  );
  const detail = [
    asked.length === 0
      ? "no panel asks for data"
      : `${asked.length - empty.length} of ${asked.length} panels with data`,
    ...(empty.length > 0 ? [`without: ${empty.join(", ")}`] : []),
    ...(skipped.length > 0 ? [`not asked: ${skipped.join(", ")}`] : []),
  ].join("; ");
  return { detail, parts };
}

async function showPanel(
  grafana: Grafana,
  request: PanelRequest,
  sources: readonly Source[],
): Promise<Shown> {
  if (!("body" in request)) return request;
  const { panel, body } = request;
  const { results, message } = await grafana.query(body);
  const [error] = Object.values(results ?? {}).flatMap(({ error: one }) => one ?? []);
  if (results === undefined || error !== undefined) {
    const asks = sources.filter(({ uid }) => body.queries.some((query) => uidOf(query) === uid));
    return { panel, error: error ?? `${message}`, asks: asks.map(({ name }) => name) };
  }
  return { panel, asked: body.queries.map(wordsOf), data: Object.values(results).some(hasData) };
}

const uidOf = (query: unknown) => (query as { datasource?: { uid?: string } }).datasource?.uid;

/** A query in its language, which has another key for each kind of data source. */
function wordsOf(query: unknown): string {
  const { expr, query: text, expression, refId } = query as Readonly<Record<string, unknown>>;
  return String(expr ?? text ?? expression ?? refId);
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

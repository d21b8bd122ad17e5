// What programs report gets through the nearest Telegraf to a database of the stack: which one, and which dashboards show it there.
import { type Found, nearest, offered, reachable, type View, type WiredHost } from "./placement";

/** The database that lines from a host get to: of the nearest that have it, or have any. */
export function databaseFor(
  view: View,
  wanted: string | undefined,
): { readonly found: Found<"lines">; readonly database: string } | undefined {
  const suitable = reachable(view, "lines").filter(
    ({ offer }) => wanted === undefined || offer.databases.includes(wanted),
  );
  const [found] = nearest(suitable);
  return found && { found, database: wanted ?? found.offer.databases[0] ?? "" };
}

/** The dashboards of what gets to a database of a host, from any host. */
export function dashboardsIn(database: string, of: WiredHost, view: View): string[] {
  const found = everybody(view).flatMap((one) => {
    const to = destination(one);
    return to?.database === database && to.host === of.settings.name ? offered(one, "reported").flat() : [];
  });
  return [...new Set(found)];
}

/** Where what the programs of a host report gets to. */
function destination(view: View) {
  const [telegraf] = nearest(reachable(view, "reports"));
  if (telegraf?.offer.into === undefined) return undefined;
  const { into } = telegraf.offer;
  const there = everybody(view).find(({ settings }) => settings.name === telegraf.from.settings.name);
  const to = there && databaseFor(there, into.database);
  return to && { host: to.found.from.settings.name, database: to.database };
}

/** Each host of the stack, as it sees the others. */
function everybody({ others, ...host }: View): View[] {
  const all: WiredHost[] = [host, ...others];
  return all.map((one) => ({ ...one, others: all.filter((other) => other !== one) }));
}

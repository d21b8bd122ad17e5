// Alertmanager's configuration file.
import { native } from "./native";
import { receivers, withGlobals } from "./receivers";
import { inhibitRules, rootRoute } from "./routes";
import { missing, needless, Spot, type Table, takeAll, unknown } from "./spot";
import { timeIntervals } from "./timeIntervals";

/** Native key -> what becomes of it. */
const ALERTMANAGER: Table = {
  // They are in the receivers already.
  global: (here) => takeAll(here, { resolve_timeout: resolveTimeout }, needless),
  receivers,
  route: (here) => rootRoute(here.below("route")),
  inhibit_rules: inhibitRules,
  time_intervals: timeIntervals,
  mute_time_intervals: timeIntervals,
  tracing: (here) => here.put(["extra", "tracing"], native(here, "alertmanager")),
  templates: (here) => {
    for (const item of here.items()) templates(item);
  },
};

export function takeAlertmanager(given: Spot): void {
  const { draft, files, from } = given;
  const spot = new Spot(draft, withGlobals(given.source, from), files, from, ["alertmanager"]);
  // Podwatch's own would hide alerts that were told of before.
  spot.put("shippedInhibitRules", false);
  takeAll(spot, ALERTMANAGER, unknown);
}

function resolveTimeout(here: Spot): void {
  here.change("has no setting", "nothing is to be done: Prometheus says itself when an alert ends");
}

function templates(item: Spot): void {
  const pattern = item.files.referPattern(item.text);
  if (pattern?.endsWith(".tmpl")) {
    item.next("templates").put([], pattern);
    return;
  }
  const found = item.files.find(item.text);
  if (found.length === 0) missing(item, item.text, "alertmanager.templates");
  for (const path of found) item.next("templates").put([], item.files.refer(path, "templates", [".tmpl"]));
}

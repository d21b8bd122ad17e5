// Checks that involve several of Alertmanager's settings, and derived defaults; reads template files.
import { isIPv6 } from "node:net";
import type { z } from "zod";
import { quote, type Report } from "../../config/problem";
import { shippedFiles } from "../../config/resolve/files";
import type { Locate } from "../../config/resolve/locate";
import { refuseSecrets } from "../../config/resolve/plainSecrets";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { isGroup } from "../../config/walk";
import { inUrl, isIpAddress } from "../../lib/address";
import { inMilliseconds, inSeconds } from "../../lib/duration";
import { checkNames, resolveReceivers } from "./receivers.resolve";
import type { Route } from "./routes.schema";
import {
  type AlertmanagerSettings,
  type alertmanager,
  type Cluster,
  clusterOf,
  isEnabled,
  typedParts,
} from "./schema";
import { checkTimeIntervals } from "./timeIntervals.resolve";

type Given = z.output<typeof alertmanager>;

/** How long a member of a cluster gives each one before it to send, in seconds: Alertmanager's own default. */
const PEER_TIMEOUT = 15;

/** Shorter intervals would overlap with Alertmanager's repetitions. */
const shortestPing = "10s";

export function resolveAlertmanager(given: Given, around: ResolveContext): AlertmanagerSettings {
  const { written, locate, context, report } = around;
  checkQuadlet(given.quadlet, locate, report, "alertmanager");
  const { deadMansSwitch } = given;
  const names = Object.keys(isGroup(written.receivers) ? written.receivers : {});
  checkNames(written.receivers, locate, report);
  const receivers = resolveReceivers(given.receivers, locate, context, report);
  checkRoot(given.route.receiver, names, locate, report);
  given.route.routes.forEach((route, index) => {
    checkRoute(
      route,
      ["route", "routes", index],
      { names, intervals: Object.keys(given.timeIntervals) },
      locate,
      report,
    );
  });
  given.inhibitRules.forEach((rule, index) => {
    for (const side of ["sourceMatchers", "targetMatchers"] as const) {
      if (rule[side].length > 0) continue;
      const text = "is missing; write at least one matcher, otherwise the rule would match all alerts";
      report(locate(["inhibitRules", index, side]), text);
    }
  });
  checkTimeIntervals(given.timeIntervals, locate, report);
  checkExtra(given.extra, locate, report);
  if (
    deadMansSwitch !== undefined &&
    inMilliseconds(deadMansSwitch.interval) < inMilliseconds(shortestPing)
  ) {
    report(
      locate(["deadMansSwitch", "interval"]),
      `${quote(deadMansSwitch.interval)} is too short; write ${shortestPing} or more`,
    );
  }
  const at = (index: number) => locate(["templates", index]);
  const templates = shippedFiles(
    given.templates,
    { what: "a template file", check: templateProblem },
    at,
    context,
    report,
  );
  const { cluster: _, ...others } = given;
  const cluster = resolveCluster(given, around);
  return {
    ...withPlainSecrets({ ...others, receivers, enabled: isEnabled(given), templates }),
    ...(cluster && { cluster }),
  };
}

/** Members are known by IP addresses; it has two at least. */
function resolveCluster(given: Given, { host, before, locate, report }: ResolveContext): Cluster | undefined {
  const found = clusterOf(given);
  if (found === undefined) return undefined;
  const { address, inCluster } = host;
  if (inCluster.length === 0)
    report(
      locate(["cluster"]),
      "has one member only, since no other host of the stack has an Alertmanager with it; write it for all monitors, such as under podwatch:alertmanager, or remove it",
    );
  if (!isIpAddress(address))
    report(
      locate(["cluster"]),
      `has a member at ${quote(address)}, and members find each other by IP addresses; write the one of that host as its address, or remove cluster`,
    );
  if (isIPv6(address) && before.network.subnet6 === undefined)
    report(
      locate(["cluster"]),
      `has a member at ${quote(address)}, whose containers have no IPv6; write subnet6 of podwatch:network`,
    );
  checkIntervals(given.route, ["route"], inCluster.length * PEER_TIMEOUT, locate, report);
  const peers = inCluster.map((one) => `${inUrl(one.address)}:${one.port}`);
  return { address, port: found.port, peers, others: inCluster.map((one) => one.address) };
}

/** A shorter one has members send what others have sent meanwhile, or leave out what has come back. */
function checkIntervals(
  route: Pick<Route, "groupInterval" | "routes">,
  path: Inner,
  least: number,
  locate: Locate,
  report: Report,
): void {
  const { groupInterval, routes } = route;
  if (groupInterval !== undefined && inSeconds(groupInterval) < least)
    report(
      locate([...path, "groupInterval"]),
      `${quote(groupInterval)} is shorter than the time that the members of the cluster give each other, 15 s for each but the first; write ${least}s or more`,
    );
  routes.forEach((inner, index) => {
    checkIntervals(inner, [...path, "routes", index], least, locate, report);
  });
}

/** Neither what has a setting, nor a secret. */
function checkExtra(extra: Given["extra"], locate: Locate, report: Report): void {
  for (const part of Object.keys(extra).filter((key) => Object.hasOwn(typedParts, key)))
    report(
      locate(["extra", part]),
      `would override Alertmanager's own settings; write it as alertmanager.${typedParts[part]}`,
    );
  refuseSecrets(
    extra,
    {
      owner: locate([]),
      below: ["extra"],
      what: "Alertmanager",
      login: () => undefined,
      secrets: locate(["secrets"]),
      file: "/run/secrets/alertmanager.NAME",
    },
    report,
  );
}

function checkRoot(
  receiver: string | undefined,
  names: readonly string[],
  locate: Locate,
  report: Report,
): void {
  const path = locate(["route", "receiver"]);
  if (receiver !== undefined) {
    if (!names.includes(receiver)) report(path, unknownReceiver(receiver, names));
  } else if (names.length > 1) {
    report(path, `is missing; write the receiver of alerts that match no route: ${names.join(" or ")}`);
  }
}

const unknownReceiver = (name: string, names: readonly string[]) =>
  names.length === 0
    ? `${quote(name)} is not one of the receivers; add it under receivers, which is empty`
    : `${quote(name)} is not one of the receivers; write ${names.join(" or ")}, or add it under receivers`;

type Inner = readonly (string | number)[];

interface Known {
  readonly names: readonly string[];
  readonly intervals: readonly string[];
}

function checkRoute(route: Route, path: Inner, known: Known, locate: Locate, report: Report): void {
  const { names, intervals } = known;
  if (route.receiver !== undefined && !names.includes(route.receiver)) {
    report(locate([...path, "receiver"]), unknownReceiver(route.receiver, names));
  }
  for (const kind of ["muteTimeIntervals", "activeTimeIntervals"] as const) {
    route[kind].forEach((name, index) => {
      if (intervals.includes(name)) return;
      const way = intervals.length === 0 ? "add it there" : `write ${intervals.join(" or ")}, or add it`;
      report(locate([...path, kind, index]), `${quote(name)} is not one of the timeIntervals; ${way}`);
    });
  }
  if (route.matchers.length === 0) {
    report(
      locate([...path, "matchers"]),
      "is missing; write at least one matcher, otherwise the route would match every alert",
    );
  }
  route.routes.forEach((inner, index) => {
    checkRoute(inner, [...path, "routes", index], known, locate, report);
  });
}

/** The templates themselves are checked on the host by amtool. */
function templateProblem(name: string): string | undefined {
  if (name === "podwatch.tmpl") return "has the name of the shipped templates; rename the file";
  return name.endsWith(".tmpl")
    ? undefined
    : "is not a template file, which ends in .tmpl; write the path of one, or rename it";
}

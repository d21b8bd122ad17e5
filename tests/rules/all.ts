// The cases of every shipped alert.
import { alertmanagerCases } from "./cases/alertmanager";
import { blackboxCases } from "./cases/blackbox";
import { gatewayCases } from "./cases/gateways";
import { hostCases } from "./cases/host";
import { instanceCases } from "./cases/instance";
import { nginxCases } from "./cases/nginx";
import { prometheusCases } from "./cases/prometheus";
import { watchdogCases } from "./cases/watchdog";
import type { AlertCases, GroupCases } from "./model";

/** By the name of the group. */
const BY_GROUP: Readonly<Record<string, GroupCases>> = {
  alertmanager: alertmanagerCases,
  blackbox: blackboxCases,
  gateways: gatewayCases,
  host: hostCases,
  instance: instanceCases,
  nginx: nginxCases,
  prometheus: prometheusCases,
  watchdog: watchdogCases,
};

export function casesOf(group: string, alert: string): AlertCases | undefined {
  return BY_GROUP[group]?.[alert];
}

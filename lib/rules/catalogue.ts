// Every alert that comes with Podwatch. What a stack deploys of it goes with what it watches, through Telemetry.
import { alertmanagerRules } from "./alertmanager";
import { blackboxRules } from "./blackbox";
import { gatewayRules } from "./gateways";
import { hostRules } from "./host";
import { instanceRules } from "./instance";
import type { Alert, RuleGroup } from "./model";
import { nginxRules } from "./nginx";
import { prometheusRules } from "./prometheus";
import { watchdogRules } from "./watchdog";

export const CATALOGUE: readonly RuleGroup[] = [
  watchdogRules,
  instanceRules,
  prometheusRules,
  gatewayRules,
  hostRules,
  alertmanagerRules,
  blackboxRules,
  nginxRules,
];

export const ALERTS: readonly Alert[] = CATALOGUE.flatMap(({ alerts }) => alerts);

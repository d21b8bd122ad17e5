// All shipped alerts. A stack deploys those of the services it has, through Telemetry.

import type { Alert, RuleGroup } from "../lib/rules/model";
import { acmeRules } from "./acme/rules";
import { alertmanagerRules } from "./alertmanager/rules";
import { apacheRules } from "./apache-exporter/rules";
import { availabilityRules } from "./availability/rules";
import { backupRules } from "./backup/rules";
import { blackboxRules } from "./blackbox-exporter/rules";
import { executorRules } from "./executor/rules";
import { influxdbRules } from "./influxdb/rules";
import { frontRules } from "./nginx/front.rules";
import { gatewayRules } from "./nginx/gateways.rules";
import { nginxRules } from "./nginx-exporter/rules";
import { hostRules } from "./node-exporter/rules";
import { agentsRules } from "./prometheus/agents.rules";
import { instanceRules } from "./prometheus/instance.rules";
import { prometheusRules } from "./prometheus/rules";
import { watchdogRules } from "./prometheus/watchdog.rules";
import { callsRules } from "./telegraf/calls.rules";
import { telegrafRules } from "./telegraf/rules";
import { topologyRules } from "./topology/rules";
import { victoriametricsRules } from "./victoriametrics/rules";
import { vmalertRules } from "./vmalert/rules";

export const CATALOGUE: readonly RuleGroup[] = [
  watchdogRules,
  instanceRules,
  prometheusRules,
  agentsRules,
  gatewayRules,
  frontRules,
  acmeRules,
  hostRules,
  alertmanagerRules,
  blackboxRules,
  nginxRules,
  apacheRules,
  availabilityRules,
  backupRules,
  topologyRules,
  executorRules,
  telegrafRules,
  callsRules,
  influxdbRules,
  victoriametricsRules,
  vmalertRules,
];

export const ALERTS: readonly Alert[] = CATALOGUE.flatMap(({ alerts }) => alerts);

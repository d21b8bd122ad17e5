// The sections of a stack file that configure services, in the order in which they are resolved and documented: a section
// comes after those that it depends on.
import type { Section, SectionName } from "../config/section";
import { accountsSection } from "./accounts/section";
import { alertmanagerSection } from "./alertmanager/section";
import { apacheSection } from "./apache-exporter/section";
import { availabilitySection } from "./availability/section";
import { backupSection } from "./backup/section";
import { blackboxExporterSection } from "./blackbox-exporter/section";
import { checksSection } from "./checks/section";
import { engineSection } from "./engine/section";
import { executorSection } from "./executor/section";
import { firewallSection } from "./firewall/section";
import { grafanaSection } from "./grafana/section";
import { influxdbSection } from "./influxdb/section";
import { networkSection } from "./network/section";
import { frontSection } from "./nginx/front.section";
import { gatewaysSection } from "./nginx/gateways.section";
import { nginxExporterSection } from "./nginx-exporter/section";
import { nodeExporterSection } from "./node-exporter/section";
import { alertsSection } from "./prometheus/alerts.section";
import { prometheusSection } from "./prometheus/section";
import { sshSection } from "./ssh/section";
import { storageSection } from "./storage/section";
import { telegrafSection } from "./telegraf/section";
import { timeSection } from "./time/section";
import { topologySection } from "./topology/section";
import { victoriametricsSection } from "./victoriametrics/section";
import { vmalertSection } from "./vmalert/section";
import { vmauthSection } from "./vmauth/section";

export const SECTIONS = {
  network: networkSection,
  front: frontSection,
  gateways: gatewaysSection,
  prometheus: prometheusSection,
  alertmanager: alertmanagerSection,
  victoriametrics: victoriametricsSection,
  vmalert: vmalertSection,
  influxdb: influxdbSection,
  telegraf: telegrafSection,
  grafana: grafanaSection,
  vmauth: vmauthSection,
  blackboxExporter: blackboxExporterSection,
  topology: topologySection,
  nginxExporter: nginxExporterSection,
  apache: apacheSection,
  availability: availabilitySection,
  backup: backupSection,
  executor: executorSection,
  nodeExporter: nodeExporterSection,
  firewall: firewallSection,
  ssh: sshSection,
  accounts: accountsSection,
  time: timeSection,
  engine: engineSection,
  storage: storageSection,
  alerts: alertsSection,
  checks: checksSection,
} as const satisfies { readonly [Name in SectionName]: Pick<Section<Name>, "chapters"> };

import type { GroupCases, Situation } from "../model";

const LABELS = { job: "alertmanager", instance: "mon1" };

function of(metric: string, more = ""): string {
  return `${metric}{job="alertmanager", instance="mon1"${more}}`;
}

/** So many of ten notifications a minute fail, for two reasons. */
function failing(count: number): Situation["series"] {
  const failed = (reason: string) =>
    of("alertmanager_notifications_failed_total", `, integration="slack", reason="${reason}"`);
  return {
    [failed("clientError")]: `0+${count / 2}x30`,
    [failed("serverError")]: `0+${count / 2}x30`,
    [of("alertmanager_notifications_total", ', integration="slack"')]: "0+10x30",
  };
}

const DISCOVERED = 'prometheus_notifications_alertmanagers_discovered{job="prometheus", instance="mon1"}';
const RELOADED = of("alertmanager_config_last_reload_successful");
const INVALID = of("alertmanager_alerts_invalid_total", ', version="v2"');

export const alertmanagerCases: GroupCases = {
  AlertmanagerNotFound: {
    fires: {
      "when Prometheus knows none": {
        series: { [DISCOVERED]: "1 0x10" },
        since: "1m",
        labels: { job: "prometheus", instance: "mon1" },
      },
    },
    silent: { "when it knows one": { series: { [DISCOVERED]: "0 1x10" }, at: "8m" } },
  },
  AlertmanagerReloadFailed: {
    fires: {
      "when a reload failed": { series: { [RELOADED]: "1 0x10" }, since: "1m", labels: LABELS },
    },
    silent: { "after one that went well": { series: { [RELOADED]: "0 1x10" }, at: "8m" } },
  },
  AlertmanagerNotificationsFailing: {
    fires: {
      "at 1.1 %, whatever the reasons": {
        series: failing(0.11),
        since: "1m",
        labels: { ...LABELS, integration: "slack" },
        value: "1.1%",
        just: "above",
        margin: 0.15,
      },
    },
    silent: {
      "at 0.9 %": { series: failing(0.09), at: "20m", just: "above", margin: 0.15 },
      "while nothing is sent": {
        series: {
          [of("alertmanager_notifications_failed_total", ', integration="slack", reason="other"')]: "5x30",
          [of("alertmanager_notifications_total", ', integration="slack"')]: "5x30",
        },
        at: "20m",
      },
    },
  },
  AlertmanagerAlertsRefused: {
    fires: {
      "when alerts are invalid": {
        series: { [INVALID]: "0 0+1x20" },
        since: "2m",
        labels: LABELS,
        value: "5",
      },
    },
    silent: { "when the last was so before": { series: { [INVALID]: "0 3x30" }, at: "10m" } },
  },
};

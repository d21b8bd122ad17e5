import type { GroupCases } from "../model";

const AT = 'job="vmalert", instance="db1"';
const OF_RULE = `${AT}, group="instance", alertname="InstanceDown", id="1"`;
const ALERTING = `vmalert_alerting_rules_errors_total{${OF_RULE}}`;
const RECORDING = `vmalert_recording_rules_errors_total{${AT}, group="own", recording="x", id="2"}`;
const ADDRESS = "https://10.1.2.1:443/alertmanager/api/v2/alerts";
const SENDING = `vmalert_alerts_send_errors_total{${AT}, addr="${ADDRESS}"}`;

export const vmalertCases: GroupCases = {
  VmalertRulesFailing: {
    fires: {
      "when alerting rules fail": {
        series: { [ALERTING]: "0 0+4x30" },
        since: "2m",
        labels: { instance: "db1", group: "instance" },
        value: "20",
      },
      "when recording rules fail": {
        series: { [RECORDING]: "0 0+4x30" },
        since: "2m",
        labels: { instance: "db1", group: "own" },
        value: "20",
      },
    },
    silent: {
      "when one failed once": { series: { [ALERTING]: "0 1x30" }, at: "20m" },
      "while all succeed": { series: { [ALERTING]: "7x30", [RECORDING]: "7x30" }, at: "20m" },
    },
  },
  VmalertNotificationsFailing: {
    fires: {
      "when an Alertmanager takes none": {
        series: { [SENDING]: "0 0+2x30" },
        since: "2m",
        labels: { instance: "db1", addr: ADDRESS },
        value: "10",
      },
    },
    silent: {
      "when one failed once": { series: { [SENDING]: "0 1x30" }, at: "20m" },
      "while all are taken": { series: { [SENDING]: "7x30" }, at: "20m" },
    },
  },
};

import type { GroupCases } from "../model";

const NODE = { job: "node", instance: "mon1" };
const UP = 'up{job="node", instance="mon1"}';
const GATEWAY = 'up{job="roq-gateways", instance="deribit"}';
const DURATION = 'scrape_duration_seconds{job="node", instance="mon1"}';
const NGINX = 'job="nginx", instance="mon1"';
const TARGETS =
  'prometheus_target_scrape_pool_targets{job="prometheus", instance="mon1", scrape_job="files"}';

export const instanceCases: GroupCases = {
  InstanceDown: {
    fires: {
      "when a target is down": { series: { [UP]: "1 1 0x10" }, since: "2m", labels: NODE },
      "when the NGINX exporter is gone": {
        series: { [`up{${NGINX}}`]: "1 0x10", [`scrape_duration_seconds{${NGINX}}`]: "0.003x11" },
        since: "1m",
        labels: { job: "nginx", instance: "mon1" },
      },
      "when a target other than NGINX hangs": {
        series: { [UP]: "1 0x10", [DURATION]: "0.01 10x10" },
        since: "1m",
        labels: NODE,
      },
    },
    silent: {
      "while it is up": { series: { [UP]: "0 0 1x10" }, at: "5m" },
      "about gateways, which have an alert of their own": { series: { [GATEWAY]: "0x10" }, at: "5m" },
      "about a front that hangs, which has one too": {
        series: { [`up{${NGINX}}`]: "1 0x10", [`scrape_duration_seconds{${NGINX}}`]: "0.01 10x10" },
        at: "5m",
      },
    },
  },
  InstanceFlapping: {
    fires: {
      "at seven changes": {
        series: { [UP]: "1 0 1 0 1 0 1 0x10" },
        since: "7m",
        labels: NODE,
        value: "7",
        just: "above",
        margin: 0.2,
      },
    },
    silent: {
      "at six changes": { series: { [UP]: "1 0 1 0 1 0 1x10" }, at: "10m", just: "above" },
      "once the changes are half an hour ago": { series: { [UP]: "1 0 1 0 1 0 1 0x40" }, at: "32m" },
    },
  },
  ScrapeSlow: {
    fires: {
      "when scrapes take 4.1 s": {
        series: { [DURATION]: "4.1x20" },
        since: "0s",
        labels: NODE,
        value: "4.1s",
        just: "above",
      },
    },
    silent: {
      "when they take 3.9 s": { series: { [DURATION]: "3.9x20" }, at: "15m", just: "above" },
      "after a single slow one": { series: { [DURATION]: "0.1 0.1 0.1 0.1 9 0.1x10" }, at: "5m" },
    },
  },
  JobWithoutTargets: {
    fires: {
      "when a job has no target": {
        series: { [TARGETS]: "1 0x40" },
        since: "1m",
        labels: { job: "prometheus", instance: "mon1", scrape_job: "files" },
      },
    },
    silent: {
      "when it has one": { series: { [TARGETS]: "1x40" }, at: "35m" },
      "about gateways, all of which may be stopped": {
        series: { 'prometheus_target_scrape_pool_targets{scrape_job="roq-gateways"}': "0x40" },
        at: "35m",
      },
    },
  },
};

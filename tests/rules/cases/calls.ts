import type { GroupCases } from "../model";

const TELEGRAF =
  'job="telegraf", instance="exec1", host="exec1", zone="north", service="compute", method="GET", resource="servers"';
const LABELS = { zone: "north", service: "compute", method: "GET", resource: "servers" };
const took = (le: string) => `openstack_calls_duration_bucket{${TELEGRAF}, status="200", le="${le}"}`;
const made = (status: string) =>
  `openstack_calls_attempted_bucket{${TELEGRAF}, status="${status}", le="+Inf"}`;

/** Calls that take between 2.5 and 5 s, or 5 and 10 s, as many each minute. */
const calls = (fast: number, slow: number) => ({
  [took("2500")]: "0x120",
  [took("5000")]: `0+${fast}x120`,
  [took("10000")]: `0+${fast + slow}x120`,
  [took("+Inf")]: `0+${fast + slow}x120`,
  [made("200")]: `0+${fast + slow}x120`,
});

const shares = (good: string, failed: string, status: string) => ({
  [made("200")]: good,
  [made(status)]: failed,
});

export const callsCases: GroupCases = {
  ApiSlow: {
    fires: {
      "when more than a tenth takes longer than 5 s": {
        series: calls(8, 2),
        since: "1m",
        labels: LABELS,
        value: "7.5s",
        just: "above",
        margin: 0.6,
      },
      "from five calls on": {
        series: {
          [took("5000")]: "0x60",
          [took("10000")]: "0 5x60",
          [took("+Inf")]: "0 5x60",
          [made("200")]: "0 5x60",
        },
        since: "1m",
        until: "29m",
        labels: LABELS,
        value: "9.5s",
        just: "calls",
        margin: 0.25,
      },
    },
    silent: {
      "when less than a tenth does": { series: calls(92, 8), at: "60m", just: "above", margin: 0.1 },
      "by four calls": {
        series: {
          [took("5000")]: "0x60",
          [took("10000")]: "0 4x60",
          [took("+Inf")]: "0 4x60",
          [made("200")]: "0 4x60",
        },
        at: "10m",
        just: "calls",
        margin: 0.25,
      },
    },
  },
  ApiFailing: {
    fires: {
      "when more than a tenth gets an error of the server": {
        series: shares("0+8x120", "0+1x120", "503"),
        since: "1m",
        labels: { zone: "north", service: "compute" },
        value: "11.11%",
        just: "above",
        margin: 0.2,
      },
      "when nothing answers, from five calls on": {
        series: shares("0x60", "0 5x60", "none"),
        since: "1m",
        until: "29m",
        labels: { zone: "north", service: "compute" },
        value: "100%",
        just: "calls",
        margin: 0.25,
      },
    },
    silent: {
      "when less than a tenth fails": {
        series: shares("0+10x120", "0+1x120", "500"),
        at: "60m",
        just: "above",
        margin: 0.2,
      },
      "when something is not found": { series: shares("0x120", "0+1x120", "404"), at: "60m" },
      "by four calls": { series: shares("0x60", "0 4x60", "none"), at: "10m", just: "calls", margin: 0.25 },
    },
  },
};

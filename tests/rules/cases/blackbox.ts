import type { GroupCases, Situation } from "../model";

const LABELS = { job: "blackbox", instance: "shop", module: "http" };

function of(metric: string): string {
  return `${metric}{job="blackbox", instance="shop", module="http"}`;
}

const SUCCESS = of("probe_success");
const EXPIRY = of("probe_ssl_earliest_cert_expiry");
const DURATION = of("probe_duration_seconds");

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The certificate expires so many seconds after the start. */
function expiring(after: number): Situation["series"] {
  return { [EXPIRY]: `${after}x60`, [SUCCESS]: "1x60" };
}

/** Each crosses its threshold at two hours, and is looked at every ten minutes. */
function certificate(days: number, value: string): GroupCases[string] {
  const situation = { series: expiring(days * DAY + 2 * HOUR), step: "10m" };
  const first = { since: "130m", labels: LABELS, value };
  return {
    fires: {
      "when less is left": { ...situation, ...first, just: "within" },
      "also while the probe fails": {
        series: { [EXPIRY]: `${days * DAY + 2 * HOUR}x3 stale`, [SUCCESS]: "1x3 0x60" },
        step: "10m",
        ...first,
      },
    },
    silent: {
      "when just that is left": { ...situation, at: "2h", just: "within" },
      "about what is no longer probed": {
        series: { [EXPIRY]: `${DAY}x3 stale`, [SUCCESS]: "1x3 stale" },
        step: "10m",
        at: "2h",
      },
    },
  };
}

export const blackboxCases: GroupCases = {
  ProbeFailed: {
    fires: { "when a probe fails": { series: { [SUCCESS]: "1 0x10" }, since: "1m", labels: LABELS } },
    silent: { "while it succeeds": { series: { [SUCCESS]: "0 1x10" }, at: "5m" } },
  },
  ProbeSlow: {
    fires: {
      "at 2.05 s": {
        series: { [DURATION]: "2.05x20", [SUCCESS]: "1x20" },
        since: "0s",
        labels: LABELS,
        value: "2.05s",
        just: "above",
      },
    },
    silent: {
      "at 1.95 s": { series: { [DURATION]: "1.95x20", [SUCCESS]: "1x20" }, at: "15m", just: "above" },
      "while it fails": { series: { [DURATION]: "9x20", [SUCCESS]: "0x20" }, at: "15m" },
    },
  },
  CertificateExpires: certificate(21, "20d 22h 50m 0s"),
  CertificateExpiresSoon: certificate(7, "6d 22h 50m 0s"),
  CertificateExpired: {
    fires: {
      "at the moment it expires": {
        series: expiring(HOUR),
        step: "10m",
        since: "1h",
        labels: LABELS,
      },
    },
    silent: { "before that": { series: expiring(HOUR), step: "10m", at: "50m" } },
  },
};

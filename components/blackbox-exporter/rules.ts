import { inSeconds } from "../../lib/duration";
import { alert, duration, type RuleGroup, seconds } from "../../lib/rules/model";

/** Time until the first certificate of the chain expires; a probe that fails today had one yesterday. */
const LEFT = "last_over_time(probe_ssl_earliest_cert_expiry[1d]) - time()";

/** Excludes targets that are no longer probed. */
const STILL_PROBED = "and on (job, instance) probe_success";

export const blackboxRules: RuleGroup = {
  name: "blackbox",
  about: "The blackbox exporter's probes.",
  alerts: [
    alert({
      name: "ProbeFailed",
      severity: "critical",
      for: "2m",
      thresholds: {},
      what: "A probe fails",
      expr: () => "probe_success == 0",
      summary: "{{ $labels.instance }} does not answer as it should",
      description: () =>
        "The probe of {{ $labels.instance }} fails: it does not answer, or not as its module demands.",
    }),
    alert({
      name: "ProbeSlow",
      severity: "warning",
      for: "10m",
      thresholds: { above: seconds(2, "Time that a probe takes, in seconds, mean of 5 minutes.") },
      what: "A probe is slow",
      expr: ({ above }) => `avg_over_time(probe_duration_seconds[5m]) > ${above}\nand probe_success == 1`,
      summary: "{{ $labels.instance }} answers slowly",
      description: () =>
        "A probe of {{ $labels.instance }} takes {{ $value | humanizeDuration }}, mean of the last 5 minutes.",
    }),
    alert({
      name: "CertificateExpires",
      severity: "warning",
      for: "1h",
      thresholds: { within: duration("21d", "Time that is left.") },
      what: "A certificate expires within weeks",
      expr: ({ within }) => `${LEFT} < ${inSeconds(within)}\n${STILL_PROBED}`,
      summary: "The certificate of {{ $labels.instance }} expires",
      description: () =>
        "A certificate that {{ $labels.instance }} shows expires in {{ $value | humanizeDuration }}. If it is renewed by itself, that has not happened.",
    }),
    alert({
      name: "CertificateExpiresSoon",
      severity: "critical",
      for: "1h",
      thresholds: { within: duration("7d", "Time that is left.") },
      what: "A certificate expires within days",
      covers: ["CertificateExpires"],
      expr: ({ within }) => `${LEFT} < ${inSeconds(within)}\n${STILL_PROBED}`,
      summary: "The certificate of {{ $labels.instance }} expires soon",
      description: () =>
        "A certificate that {{ $labels.instance }} shows expires in {{ $value | humanizeDuration }}.",
    }),
    alert({
      name: "CertificateExpired",
      severity: "critical",
      thresholds: {},
      what: "A certificate has expired",
      covers: ["CertificateExpires", "CertificateExpiresSoon"],
      expr: () => `${LEFT} <= 0\n${STILL_PROBED}`,
      summary: "The certificate of {{ $labels.instance }} has expired",
      description: () =>
        "A certificate that {{ $labels.instance }} shows has expired: browsers and programs refuse the connection.",
    }),
  ],
};

import { inSeconds } from "../../lib/duration";
import { alert, duration, type RuleGroup } from "../../lib/rules/model";

const END = "podwatch_front_certificate_not_after_timestamp_seconds";
const BEGIN = "podwatch_front_certificate_not_before_timestamp_seconds";

/** Certificates that live for days only are renewed late. */
const left = (within: string, share: string) =>
  `${END} - time() < ${inSeconds(within)}\nand ${END} - time() < (${END} - ${BEGIN}) * ${share}`;

export const frontRules: RuleGroup = {
  name: "front",
  about: "NGINX, which reads the certificate that the front shows; there with `front.tls`.",
  alerts: [
    alert({
      name: "FrontCertificateExpires",
      severity: "warning",
      for: "1h",
      thresholds: {
        within: duration(
          "21d",
          "Time that is left; of a certificate that lives for less than 84d, a quarter of its life.",
        ),
      },
      what: "The certificate of the front expires within weeks",
      expr: ({ within }) => left(within, "0.25"),
      summary: "The certificate of the front of {{ $labels.instance }} expires",
      description: () =>
        "The certificate of the front of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}, and has not been renewed.",
    }),
    alert({
      name: "FrontCertificateExpiresSoon",
      severity: "critical",
      for: "1h",
      thresholds: {
        within: duration(
          "7d",
          "Time that is left; of a certificate that lives for less than 70d, a tenth of its life.",
        ),
      },
      what: "The certificate of the front expires within days",
      expr: ({ within }) => left(within, "0.1"),
      summary: "The certificate of the front of {{ $labels.instance }} expires soon",
      description: () =>
        "The certificate of the front of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}. Then nobody reaches anything behind the front: no page, no data source of another host.",
    }),
  ],
};

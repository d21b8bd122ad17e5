import type { GroupCases } from "../model";

const LABELS = { job: "front", instance: "mon1" };
const BEGIN = 'podwatch_front_certificate_not_before_timestamp_seconds{job="front", instance="mon1"}';
const END = 'podwatch_front_certificate_not_after_timestamp_seconds{job="front", instance="mon1"}';

/** Time begins at 0; a certificate that was made so many days before, and so many days are left. */
const made = (before: number, left: number) => ({
  [BEGIN]: `${-before * 86_400}x200`,
  [END]: `${left * 86_400}x200`,
});

export const frontCases: GroupCases = {
  FrontCertificateExpires: {
    fires: {
      "less than three weeks before": {
        series: made(300, 21),
        since: "1m",
        labels: LABELS,
        value: "20d 22h 59m 0s",
        just: "within",
      },
      "in the last quarter of a short life": {
        series: made(3, 1),
        since: "1m",
        labels: LABELS,
        value: "22h 59m 0s",
      },
    },
    silent: {
      "three weeks before": { series: made(300, 21), at: "0m", just: "within" },
      "of a short life, before its last quarter": { series: made(2, 1), at: "1h" },
      "once it is renewed": { series: { ...made(300, 1), [END]: "86400x5 8640000x100" }, at: "1h" },
    },
  },
  FrontCertificateExpiresSoon: {
    fires: {
      "less than a week before": {
        series: made(300, 7),
        since: "1m",
        labels: LABELS,
        value: "6d 22h 59m 0s",
        just: "within",
      },
      "once it has expired": { series: made(300, -1), since: "0m", labels: LABELS, value: "-1d 1h 0m 0s" },
    },
    silent: {
      "a week before": { series: made(300, 7), at: "0m", just: "within" },
      "of a short life, before its last tenth": { series: made(6, 1), at: "1h" },
    },
  },
};

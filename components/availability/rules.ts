import { alert, type RuleGroup, ratio } from "../../lib/rules/model";
import { CONTACT_LABEL } from "../topology/endpoint";

const LENGTH = "scalar(days_in_month()) * 1440";

/** Minutes of the month that are to come. */
const LEFT = `(${LENGTH} - scalar(day_of_month() - 1) * 1440 - (time() % 86400 - time() % 60) / 60 - 1)`;

/** What there will be at the end of the month if all that is to come is up. */
const best = (of: string) => `(availability:site_up_minutes:month + ${LEFT})\n/ (${of} + ${LEFT})`;

const AVAILABILITY_LOST = `${best("availability:site_known_minutes:month")}\n< availability:site_availability_target`;

const RELIABILITY_LOST = `${best("(availability:site_known_minutes:month - availability:site_scheduled_minutes:month)")}\n< availability:site_reliability_target`;

/**
 * With the label by which alerts go to the contacts of their site: sums have none. A contact that is gone is known to Alertmanager for an hour.
 */
function toContacts(expr: string): string {
  const known = "on (site) last_over_time(podwatch_topology_contact[50m])";
  const { name, value } = CONTACT_LABEL;
  return `label_replace((${expr}) and ${known}, "${name}", "${value}", "", "")\nor ((${expr}) unless ${known})`;
}

export const availabilityRules: RuleGroup = {
  name: "availability",
  about: "What is recorded of sites where `podwatch:availability` is enabled.",
  alerts: [
    alert({
      name: "AvailabilityTargetLost",
      severity: "warning",
      thresholds: {},
      what: "A site can no longer reach its availability of this month",
      expr: () => toContacts(AVAILABILITY_LOST),
      summary: "{{ $labels.site }} misses its availability of this month",
      description: () =>
        "Even if {{ $labels.site }} is up for the rest of the month, its availability will be {{ $value | humanizePercentage }}, which is below its target.",
    }),
    alert({
      name: "ReliabilityTargetLost",
      severity: "warning",
      thresholds: {},
      what: "A site can no longer reach its reliability of this month",
      expr: () => toContacts(RELIABILITY_LOST),
      summary: "{{ $labels.site }} misses its reliability of this month",
      description: () =>
        "Even if {{ $labels.site }} is up for the rest of the month, its reliability will be {{ $value | humanizePercentage }}, which is below its target.",
    }),
    alert({
      name: "AvailabilityTargetAtRisk",
      severity: "info",
      thresholds: { above: ratio(0.75, "Share of the time that a site may be down in this month.") },
      what: "A site has used most of the time that it may be down this month",
      expr: ({ above }) =>
        toContacts(
          `(availability:site_known_minutes:month - availability:site_up_minutes:month)\n/ ((1 - availability:site_availability_target) * ${LENGTH})\n> ${above}\nunless ${AVAILABILITY_LOST}`,
        ),
      summary: "{{ $labels.site }} may miss its availability of this month",
      description: () =>
        "{{ $labels.site }} has used {{ $value | humanizePercentage }} of the time that it may be down this month.",
    }),
  ],
};

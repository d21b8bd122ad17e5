import type { GroupCases } from "../model";

const SITE = '{roc="R", site="A"}';
const LABELS = { roc: "R", site: "A" };

/** Minutes of the first days of a January, looked at at midnight: how many are known, up and scheduled. */
function month(known: string, up: string, scheduled = "0x10", contact: string | undefined = undefined) {
  return {
    step: "1d",
    series: {
      ...(contact === undefined
        ? {}
        : { 'podwatch_topology_contact{job="topology", instance="m", site="A"}': contact }),
      [`availability:site_known_minutes:month${SITE}`]: known,
      [`availability:site_up_minutes:month${SITE}`]: up,
      [`availability:site_scheduled_minutes:month${SITE}`]: scheduled,
      [`availability:site_availability_target${SITE}`]: "0.9x10",
      [`availability:site_reliability_target${SITE}`]: "0.95x10",
    },
  };
}

export const availabilityCases: GroupCases = {
  AvailabilityTargetLost: {
    // 38879 of 44639 minutes.
    fires: {
      "after four days without service": {
        ...month("0+1440x10", "0x10"),
        since: "4d",
        labels: LABELS,
        value: "87.1%",
      },
      "of a site that has a contact, who is told": {
        ...month("0+1440x10", "0x10", "0x10", "1x10"),
        since: "4d",
        labels: { ...LABELS, contact: "site" },
        value: "87.1%",
      },
    },
    silent: {
      "after three": { ...month("0+1440x10", "0x10"), at: "3d" },
      "after four that nothing is known of": { ...month("0x10", "0x10"), at: "4d" },
    },
  },
  ReliabilityTargetLost: {
    // 41759 of 44639 minutes.
    fires: {
      "after two days without service": {
        ...month("0+1440x10", "0x10"),
        since: "2d",
        labels: LABELS,
        value: "93.55%",
      },
    },
    silent: {
      "after one": { ...month("0+1440x10", "0x10"), at: "1d" },
      "after five that were declared": { ...month("0+1440x10", "0x10", "0+1440x10"), at: "5d" },
    },
  },
  AvailabilityTargetAtRisk: {
    // Of 4464 minutes, 3482 or 3214.
    fires: {
      "when 78 % are used": {
        ...month("0+1440x10", "0 0 0 838x7"),
        since: "3d",
        until: "3d",
        labels: LABELS,
        value: "78%",
        just: "above",
      },
    },
    silent: {
      "when 72 % are used": { ...month("0+1440x10", "0 0 0 1106x7"), at: "3d", just: "above" },
      "when all are used": { ...month("0+1440x10", "0x10"), at: "4d" },
    },
  },
};

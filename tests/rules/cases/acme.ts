import type { GroupCases } from "../model";

const LABELS = { job: "front", instance: "mon1" };
const GOOD = 'podwatch_acme_last_run_success{job="front", instance="mon1"}';

export const acmeCases: GroupCases = {
  FrontCertificateNotRenewed: {
    fires: { "when the last attempt failed": { series: { [GOOD]: "1 0x100" }, since: "1m", labels: LABELS } },
    silent: { "once one succeeded": { series: { [GOOD]: "0x3 1x100" }, at: "10m" } },
  },
};

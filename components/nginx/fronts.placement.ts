import type { HostSettings } from "../../config/load";
import type { Offer, WiredHost } from "../placement";
import { jobAtFront } from "./endpoint";

type Watched = WiredHost["watched"];

/** What a host offers to a Prometheus elsewhere. */
export function behindFront(host: HostSettings, offers: readonly Offer[]): Watched {
  return offers.flatMap(({ metrics }) => {
    const labels = { ...host.labels, ...metrics?.labels };
    const job = metrics && jobAtFront(metrics.job, metrics.path, { ...host, labels });
    return job === undefined
      ? []
      : [{ dashboards: [], ruleGroups: [], ...metrics?.about, scrapeJobs: [job] }];
  });
}

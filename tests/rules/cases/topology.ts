import type { GroupCases } from "../model";

const METHOD = { method: "get_service_endpoint", job: "topology", instance: "mon1" };
const LAST_GOOD =
  'podwatch_topology_last_success_timestamp_seconds{job="topology", instance="mon1", method="get_service_endpoint"}';

const SERVICE = { site: 'ZA "ONE"', service_type: "webdav", hostname: "se1.my-region.net" };
const DOWNTIME = { ...SERVICE, classification: "SCHEDULED", url: "https://goc.egi.eu/portal/?id=5" };
const downtime = (severity: string) =>
  `podwatch_topology_downtime{job="topology", instance="mon1", severity="${severity}", site='ZA "ONE"', service_type="webdav", hostname="se1.my-region.net", classification="SCHEDULED", url="https://goc.egi.eu/portal/?id=5"}`;

export const topologyCases: GroupCases = {
  TopologyStale: {
    fires: {
      // Time begins at 0.
      "when the last good answer is older than an hour, for ten minutes": {
        series: { [LAST_GOOD]: "60x100" },
        since: "62m",
        labels: METHOD,
        value: "1970-01-01 00:01:00 +0000 UTC",
        just: "above",
        // It fires ten minutes later.
        margin: 0.25,
      },
    },
    silent: {
      "at an hour": { series: { [LAST_GOOD]: "60x61" }, at: "61m", just: "above" },
      "after the next one": { series: { [LAST_GOOD]: "60x65 3900x40" }, at: "75m" },
    },
  },
  ServiceInDowntime: {
    fires: {
      "while an outage is declared": {
        series: { [downtime("OUTAGE")]: "_ 1x5" },
        since: "1m",
        labels: DOWNTIME,
      },
    },
    silent: {
      "once it is over": { series: { [downtime("OUTAGE")]: "1 1 stale" }, at: "3m" },
      "for a warning": { series: { [downtime("WARNING")]: "1x5" }, at: "3m" },
    },
  },
};

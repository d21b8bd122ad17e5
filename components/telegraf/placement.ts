import { containerPlace, type Offer, offered, type PlacedService, type Placement } from "../placement";
import { databaseFor } from "../reported";
import { Telegraf, type TelegrafArgs } from "./component";
import { outsideInfluxdb, reportEndpoints, STATSD_PORT, TELEGRAF, TELEGRAF_ENDPOINT } from "./endpoint";
import { telegrafTelemetry } from "./render";

const metricsAtFront = (besideInfluxdb: boolean) => ({
  job: TELEGRAF,
  path: "/telegraf/metrics",
  from: { ...TELEGRAF_ENDPOINT, path: "/metrics" },
  about: telegrafTelemetry("", besideInfluxdb),
});

export const telegrafPlacement: PlacedService = {
  service: TELEGRAF,
  offer: ({ groups, influxdb: beside, telegraf: { enabled, listen, influxdb, database } }) =>
    enabled
      ? {
          ...(listen && { listens: listeners(listen) }),
          ...(groups && { metrics: metricsAtFront(beside.enabled) }),
          reports: {
            endpoints: reportEndpoints(listen),
            statsd: { local: STATSD_PORT, ...(listen && { remote: listen.statsd }) },
            ...(influxdb === undefined ? { into: { database } } : {}),
          },
          reported: ["api-influxdb.json"],
        }
      : undefined,
  telemetry: ({ name, influxdb, telegraf }) =>
    telegraf.enabled ? [telegrafTelemetry(name, influxdb.enabled)] : [],
  place: (placement, opts) => {
    new Telegraf(`${placement.name}-telegraf`, telegrafArgs(placement), opts);
    return {};
  },
};

type Listen = NonNullable<Placement["settings"]["telegraf"]["listen"]>;

function listeners({ bind, statsd, lines, allowFrom }: Listen): NonNullable<Offer["listens"]> {
  return [
    { bind, port: statsd, protocol: "udp", setting: "podwatch:telegraf.listen.statsd", allowFrom },
    { bind, port: lines, setting: "podwatch:telegraf.listen.lines", allowFrom },
  ];
}

export function telegrafArgs(placement: Placement): TelegrafArgs {
  const { name: hostName, telegraf: settings } = placement.settings;
  return {
    ...containerPlace(placement),
    hostName,
    settings,
    output: outputOf(placement),
    figures: offered(placement, "figures")[0],
  };
}

/** An InfluxDB outside of the stack, or the nearest that has the database. */
function outputOf(placement: Placement): TelegrafArgs["output"] {
  const { influxdb, database } = placement.settings.telegraf;
  if (influxdb !== undefined) {
    return { endpoint: outsideInfluxdb(influxdb), database: database ?? "" };
  }
  const to = databaseFor(placement, database);
  return to && { endpoint: to.found.endpoint, database: to.database };
}

import { containerPlace, type PlacedService } from "../placement";
import { ApacheStatus } from "./component";
import { APACHE_EXPORTER, APACHE_STATUS } from "./endpoint";

export const apacheStatusPlacement: PlacedService = {
  service: APACHE_STATUS,
  kind: "fragment",
  offer: ({ apache: { enabled, port }, network: { subnet } }) =>
    enabled ? { asks: { port, setting: "podwatch:apache.port", allowFrom: [subnet] } } : undefined,
  place: (placement, opts) => {
    const exporter = placement.created.containers?.[APACHE_EXPORTER];
    if (exporter === undefined) throw new Error("the status block is placed before the Apache exporter");
    const { host, network } = containerPlace(placement);
    const { apache: settings } = placement.settings;
    new ApacheStatus(`${placement.name}-${APACHE_STATUS}`, { host, network, settings, exporter }, opts);
    return {};
  },
};

import type { PlacedService } from "../placement";
import { HostTime } from "./component";
import { TIME } from "./endpoint";

export const timePlacement: PlacedService = {
  service: TIME,
  kind: "time",
  offer: ({ time: { enabled } }) => (enabled ? {} : undefined),
  place: ({ name, host, settings }, opts) => {
    const { enabled: _, ...input } = settings.time;
    new HostTime(`${name}-time`, { host, ...input }, opts);
    return {};
  },
};

import type { PlacedService } from "../placement";
import { PodNetwork } from "./component";

export const networkPlacement: PlacedService = {
  service: "network",
  kind: "network",
  offer: ({ role }) => (role === "target" ? undefined : {}),
  place: ({ name, host, settings, created }, opts) => {
    // Nothing is published before the firewall holds.
    const after = created.firewall === undefined ? [] : [created.firewall.confirmed];
    const network = new PodNetwork(`${name}-network`, { host, ...settings.network, after }, opts);
    return { created: { network } };
  },
};

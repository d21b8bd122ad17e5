import type { PlacedService } from "../placement";
import { PodNetwork } from "./component";

export const networkPlacement: PlacedService = {
  service: "network",
  kind: "network",
  offer: ({ role }) => (role === "target" ? undefined : {}),
  place: ({ name, host, settings }, opts) => {
    const network = new PodNetwork(`${name}-network`, { host, ...settings.network }, opts);
    return { created: { network } };
  },
};

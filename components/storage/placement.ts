import { offered, type PlacedService } from "../placement";
import { Storage } from "./component";
import { STORAGE } from "./endpoint";

/** The first of all: podman's own directories may be on a disk. */
export const storagePlacement: PlacedService = {
  service: STORAGE,
  kind: "mount",
  offer: ({ storage }) => {
    const mounts = Object.values(storage.disks).map(({ at }) => at);
    return mounts.length > 0 ? { mounts: mounts.sort() } : undefined;
  },
  place: (placement, opts) => {
    const { name, host, settings } = placement;
    const usedBy = offered(placement, "savedData").map(({ service }) => service);
    new Storage(`${name}-storage`, { host, disks: settings.storage.disks, usedBy }, opts);
    return {};
  },
};

import type { PlacedService } from "../placement";
import { ContainerEngine } from "./component";
import { ENGINE } from "./endpoint";

export const enginePlacement: PlacedService = {
  service: ENGINE,
  kind: "packages",
  offer: ({ role, engine: { install } }) => (install && role !== "target" ? {} : undefined),
  place: ({ name, host, settings }, opts) => {
    const { name: engine, remove } = settings.engine;
    new ContainerEngine(`${name}-engine`, { host, engine, remove }, opts);
    return {};
  },
};

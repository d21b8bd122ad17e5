import type { PlacedService } from "../placement";
import { HostSsh } from "./component";
import { SSH } from "./endpoint";

export const sshPlacement: PlacedService = {
  service: SSH,
  kind: "sshd",
  offer: ({ ssh: { enabled } }) => (enabled ? {} : undefined),
  place: ({ name, host, settings }, opts) => {
    const { enabled: _, ...input } = settings.ssh;
    new HostSsh(`${name}-ssh`, { host, ...input }, opts);
    return {};
  },
};

import { unitName } from "../../lib/service";
import { type Header, writeBundle } from "../bundle";
import { containerBundle } from "../container";
import type { RunnerEngine } from "../engine";
import { gatewayOf, NETWORK_NAME } from "../network";
import { bundleOf } from "../systemd/kinds";
import { containerUnit } from "./container";
import { networkUnit } from "./network";

const DOCKER: readonly Header[] = [["engine", "docker"]];

/** Docker, version 20.10 or later: containers are run by units of systemd's own. */
export const docker: RunnerEngine = {
  name: "docker",
  can: {
    check: true,
    reload: true,
    rollBack: true,
    secretFiles: true,
    rootless: false,
    build: true,
    quadlet: false,
    mounts: true,
    mountOptions: false,
    // `docker inspect` would show them.
    secretEnvironment: false,
    // The daemon has to find its volumes when it starts.
    disks: false,
    limits: true,
    confine: true,
    hostServices: true,
    serving: true,
  },
  bundle: (service, context) => {
    switch (service.kind) {
      case "container":
        return containerBundle(service, {
          unit: `${unitName(service.name)}.service`,
          text: containerUnit(service),
          headers: [...DOCKER, ["kind", "container"]],
          build: context.builds?.[service.image],
        });
      case "network":
        return writeBundle(
          "network",
          [...DOCKER, ["kind", "network"]],
          [[`unit/${NETWORK_NAME}-network.service`, networkUnit(service)]],
        );
      default:
        return bundleOf(service, context, DOCKER);
    }
  },
  // That of its own, in each container.
  resolver: () => "127.0.0.11",
  hostAddress: ({ subnet }) => gatewayOf(subnet),
};

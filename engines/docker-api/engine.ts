import type { DaemonEngine } from "../engine";
import { gatewayOf, NETWORK_NAME } from "../network";
import { daemonContainer } from "./container";

/** Docker, told by its API what to run: on a machine with neither systemd nor an SSH server, such as a laptop. */
export const dockerApi: DaemonEngine = {
  name: "docker-api",
  can: {
    check: true,
    reload: false,
    rollBack: false,
    secretFiles: true,
    rootless: false,
    build: true,
    quadlet: false,
    mounts: false,
    mountOptions: false,
    // `docker inspect` would show them.
    secretEnvironment: false,
    disks: false,
    // That of processes is none that the provider knows.
    limits: false,
    confine: false,
    hostServices: false,
    serving: false,
  },
  container: daemonContainer,
  network: ({ subnet, subnet6 }) => ({
    name: NETWORK_NAME,
    subnets: [subnet, ...(subnet6 === undefined ? [] : [subnet6])].map((range) => ({
      range,
      gateway: gatewayOf(range),
    })),
    ipv6: subnet6 !== undefined,
  }),
  // That of its own, in each container.
  resolver: () => "127.0.0.11",
  hostAddress: ({ subnet }) => gatewayOf(subnet),
};

// An engine that stands beside podman without any file of a service knowing of it.
import type { Capabilities, RunnerEngine } from "../../engines/engine";

const EVERYTHING: Capabilities = {
  check: true,
  reload: true,
  rollBack: true,
  secretFiles: true,
  rootless: true,
  build: true,
  quadlet: true,
  mounts: true,
  mountOptions: true,
  secretEnvironment: true,
  disks: true,
  limits: true,
  confine: true,
  hostServices: true,
  serving: true,
};

/** An engine whose bundles are one line; it can do everything but what is listed. */
export function fakeEngine(
  cannot: ReadonlyArray<keyof Capabilities> = [],
  own: Partial<RunnerEngine> = {},
): RunnerEngine {
  return {
    name: "fake",
    can: { ...EVERYTHING, ...Object.fromEntries(cannot.map((name) => [name, false])) },
    bundle: ({ kind, name }, { scope }) => `fake ${scope} ${kind} ${name}\n`,
    resolver: () => "127.0.0.11",
    hostAddress: () => "10.89.77.1",
    ...own,
  };
}

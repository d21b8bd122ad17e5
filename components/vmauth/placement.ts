import { vmauthKinds } from "../grafana/kinds.render";
import { containerPlace, type PlacedService, reachable } from "../placement";
import { Vmauth } from "./component";
import { VMAUTH, VMAUTH_ENDPOINT } from "./endpoint";
import { vmauthTelemetry } from "./render";

export const vmauthPlacement: PlacedService = {
  service: VMAUTH,
  offer: (settings) =>
    settings.vmauth.enabled
      ? {
          ...(settings.groups && { metrics: METRICS }),
          datasource: vmauthKinds(settings).map((kind) => ({ kind, endpoints: { local: VMAUTH_ENDPOINT } })),
        }
      : undefined,
  telemetry: ({ name, vmauth: { enabled } }) => (enabled ? [vmauthTelemetry(name)] : []),
  place: (placement, opts) => {
    const stores = reachable(placement, "store").map(({ endpoint }) => endpoint);
    const { vmauth: settings } = placement.settings;
    new Vmauth(`${placement.name}-vmauth`, { ...containerPlace(placement), settings, stores }, opts);
    return {};
  },
};

const METRICS = {
  job: VMAUTH,
  path: `/${VMAUTH}/metrics`,
  from: { ...VMAUTH_ENDPOINT, path: "/metrics" },
  about: vmauthTelemetry(""),
};

import { containerPlace, type PlacedService, reachable } from "../placement";
import { Vmalert } from "./component";
import { VMALERT, VMALERT_ENDPOINT } from "./endpoint";
import { VMALERT_BACKEND, vmalertTelemetry } from "./render";

export const vmalertPlacement: PlacedService = {
  service: VMALERT,
  offer: ({ groups, vmalert: { enabled } }) =>
    enabled ? { backend: VMALERT_BACKEND, ...(groups && { metrics: METRICS }) } : undefined,
  telemetry: ({ name, vmalert: { enabled } }) => (enabled ? [vmalertTelemetry(name)] : []),
  place: (placement, opts) => {
    const { settings, watched } = placement;
    const { runbooks } = new Vmalert(
      `${placement.name}-vmalert`,
      {
        ...containerPlace(placement),
        settings: settings.vmalert,
        watched,
        alertmanagers: reachable(placement, "alertmanager").map(({ endpoint }) => endpoint),
        alerts: settings.alerts,
      },
      opts,
    );
    return { created: { runbooks } };
  },
};

const METRICS = {
  job: VMALERT,
  path: `${VMALERT_ENDPOINT.path}/metrics`,
  about: vmalertTelemetry(""),
};

import { behindFront } from "../nginx/endpoint";
import { containerPlace, type PlacedService } from "../placement";
import { Alertmanager } from "./component";
import { ALERTMANAGER, ALERTMANAGER_ENDPOINT } from "./endpoint";
import { ALERTMANAGER_BACKEND, alertmanagerTelemetry } from "./render";

export const alertmanagerPlacement: PlacedService = {
  service: ALERTMANAGER,
  offer: ({ alertmanager, front }) =>
    alertmanager.enabled
      ? {
          backend: ALERTMANAGER_BACKEND,
          metrics: {
            job: ALERTMANAGER,
            path: `${ALERTMANAGER_ENDPOINT.path}/metrics`,
            about: alertmanagerTelemetry(""),
          },
          alertmanager: {
            // The front accepts no alerts from whom it does not know.
            endpoints: front.machines
              ? behindFront(front, ALERTMANAGER_ENDPOINT, "alerts")
              : { local: ALERTMANAGER_ENDPOINT },
          },
          // It replaces its files as a whole.
          savedData: { service: ALERTMANAGER },
        }
      : undefined,
  telemetry: ({ name, alertmanager }) => (alertmanager.enabled ? [alertmanagerTelemetry(name)] : []),
  place: (placement, opts) => {
    const component = new Alertmanager(
      `${placement.name}-alertmanager`,
      { ...containerPlace(placement), settings: placement.settings.alertmanager },
      opts,
    );
    return { installation: { alertmanager: component.url } };
  },
};

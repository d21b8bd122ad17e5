import type { HostSettings } from "../../config/load";
import { behindFront } from "../nginx/endpoint";
import { type Created, containerPlace, type Offer, type PlacedService } from "../placement";
import { TOPOLOGY } from "../topology/endpoint";
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
            inCluster: alertmanager.cluster !== undefined,
          },
          ...(alertmanager.cluster && { listens: listeners(alertmanager.cluster) }),
          // It replaces its files as a whole.
          savedData: { service: ALERTMANAGER },
        }
      : undefined,
  telemetry: ({ name, alertmanager }) => (alertmanager.enabled ? [alertmanagerTelemetry(name)] : []),
  place: (placement, opts) => {
    const { alertmanager: settings, topology } = placement.settings;
    const component = new Alertmanager(
      `${placement.name}-alertmanager`,
      {
        ...containerPlace(placement),
        authority: placement.authority,
        settings,
        contacts: contactsOf(topology, placement.created),
      },
      opts,
    );
    return { installation: { alertmanager: component.url } };
  },
};

type Cluster = NonNullable<HostSettings["alertmanager"]["cluster"]>;

/** Only the other members connect to it. */
function listeners({ port, others }: Cluster): NonNullable<Offer["listens"]> {
  return [{ port, setting: "podwatch:alertmanager.cluster.port", allowFrom: others }];
}

function contactsOf({ contacts }: HostSettings["topology"], { containers }: Created) {
  const from = containers?.[TOPOLOGY];
  return contacts?.receiver === undefined || from === undefined
    ? undefined
    : { receiver: contacts.receiver, continue: contacts.continue, from };
}

import { containerPlace, offered, type PlacedService } from "../placement";
import type { Prometheus } from "../prometheus/component";
import { PROMETHEUS } from "../prometheus/endpoint";
import { NginxBridge } from "./component";
import { BRIDGE_ENDPOINT, NGINX } from "./endpoint";
import { gatewayTelemetry } from "./gateways.render";

export const nginxPlacement: PlacedService = {
  service: NGINX,
  offer: ({ role, front: { bind, port } }) =>
    role === "target" ? undefined : { listens: { bind, port, setting: "podwatch:front.port" } },
  telemetry: ({ gateways }) => (gateways.enabled ? [gatewayTelemetry(gateways, BRIDGE_ENDPOINT)] : []),
  place: (placement, opts) => {
    const { settings, offers, made } = placement;
    const component = new NginxBridge(
      `${placement.name}-nginx`,
      {
        ...containerPlace(placement),
        gateways: settings.gateways,
        hostSockets: offered(offers, "hostSockets")[0],
        limits: settings.prometheus.limits,
        backends: offered(offers, "backend"),
        runbooks: (made.get(PROMETHEUS) as Prometheus | undefined)?.runbooks ?? {},
      },
      opts,
    );
    return { component, installation: { url: component.url } };
  },
};

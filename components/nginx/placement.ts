import { containerPlace, offered, type PlacedService } from "../placement";
import { NginxBridge } from "./component";
import { BRIDGE_ENDPOINT, NGINX } from "./endpoint";
import { gatewayTelemetry } from "./gateways.render";

export const nginxPlacement: PlacedService = {
  service: NGINX,
  offer: ({ role, front: { bind, port } }) =>
    role === "target" ? undefined : { listens: { bind, port, setting: "podwatch:front.port" } },
  telemetry: ({ gateways }) => (gateways.enabled ? [gatewayTelemetry(gateways, BRIDGE_ENDPOINT)] : []),
  place: (placement, opts) => {
    const { settings, created } = placement;
    const bridge = new NginxBridge(
      `${placement.name}-nginx`,
      {
        ...containerPlace(placement),
        hostName: settings.name,
        gateways: settings.gateways,
        hostSockets: offered(placement, "hostSockets")[0],
        limits: settings.prometheus.limits,
        backends: offered(placement, "backend"),
        runbooks: created.runbooks ?? {},
      },
      opts,
    );
    return { created: { bridge }, installation: { url: bridge.url } };
  },
};

import { containerPlace, offered, type PlacedService, type Placement } from "../placement";
import { NginxBridge, type NginxBridgeArgs } from "./component";
import { BRIDGE_ENDPOINT, NGINX } from "./endpoint";
import { gatewayTelemetry } from "./gateways.render";

export const nginxPlacement: PlacedService = {
  service: NGINX,
  offer: ({ role, front: { bind, port } }) =>
    role === "target" ? undefined : { listens: { bind, port, setting: "podwatch:front.port" } },
  telemetry: ({ gateways }) => (gateways.enabled ? [gatewayTelemetry(gateways, BRIDGE_ENDPOINT)] : []),
  place: (placement, opts) => {
    const bridge = new NginxBridge(`${placement.name}-nginx`, nginxBridgeArgs(placement), opts);
    return {
      created: { bridge },
      installation: { url: bridge.url, ...(bridge.logIns && { logIns: bridge.logIns }) },
    };
  },
};

export function nginxBridgeArgs(placement: Placement): NginxBridgeArgs {
  const { settings, created, authority } = placement;
  return {
    ...containerPlace(placement),
    hostName: settings.name,
    authority,
    gateways: settings.gateways,
    hostSockets: offered(placement, "hostSockets")[0],
    limits: settings.prometheus.limits,
    backends: offered(placement, "backend"),
    runbooks: created.runbooks ?? {},
  };
}

import type { HostSettings } from "../../config/load";
import { containerPlace, type Offer, offered, type PlacedService, type Placement } from "../placement";
import { NginxBridge, type NginxBridgeArgs } from "./component";
import { BRIDGE_ENDPOINT, FRONT_JOB, NGINX } from "./endpoint";
import { gatewayTelemetry } from "./gateways.render";
import { CERTIFICATE_PATH, certificateTelemetry } from "./tls.render";

const CERTIFICATE_METRICS = {
  job: FRONT_JOB,
  path: "/front/metrics",
  from: { ...BRIDGE_ENDPOINT, path: CERTIFICATE_PATH },
  about: certificateTelemetry(""),
};

export const nginxPlacement: PlacedService = {
  service: NGINX,
  offer: ({ groups, role, front }) =>
    role === "target"
      ? undefined
      : { listens: listeners(front), ...(groups && front.tls !== false && { metrics: CERTIFICATE_METRICS }) },
  telemetry: ({ name, role, front, gateways }) => [
    ...(role !== "target" && front.tls !== false ? [certificateTelemetry(name)] : []),
    ...(gateways.enabled ? [gatewayTelemetry(gateways, BRIDGE_ENDPOINT)] : []),
  ],
  place: (placement, opts) => {
    const bridge = new NginxBridge(`${placement.name}-nginx`, nginxBridgeArgs(placement), opts);
    return {
      created: { bridge },
      installation: { url: bridge.url, ...(bridge.logIns && { logIns: bridge.logIns }) },
    };
  },
};

function listeners(front: HostSettings["front"]): NonNullable<Offer["listens"]> {
  return (["port", "statusPort", "httpPort"] as const).flatMap((key) => {
    const port = front[key];
    return port === undefined ? [] : [{ bind: front.bind, port, setting: `podwatch:front.${key}` }];
  });
}

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
    metrics: offered(placement, "metrics").flatMap(({ path, from }) =>
      from === undefined ? [] : [{ path, from }],
    ),
    runbooks: created.runbooks ?? {},
  };
}

import type { HostSettings } from "../../config/load";
import type { PlacedService } from "../placement";
import { AcmeCertificate } from "./component";
import { ACME } from "./endpoint";
import { ACME_TELEMETRY } from "./render";

export const acmePlacement: PlacedService = {
  service: ACME,
  kind: "timer",
  offer: (settings) => (acmeOf(settings) === undefined ? undefined : {}),
  telemetry: (monitor) => (acmeOf(monitor) === undefined ? [] : [ACME_TELEMETRY]),
  place: ({ name, host, settings, created }, opts) => {
    const [acme, bridge] = [acmeOf(settings), created.bridge];
    if (acme === undefined || bridge === undefined)
      throw new Error(`host ${settings.name}: a certificate is placed before the front`);
    new AcmeCertificate(`${name}-acme`, { host, settings: acme, front: bridge.service }, opts);
    return {};
  },
};

function acmeOf({ role, front: { tls } }: HostSettings) {
  return role === "target" || tls === false ? undefined : tls.acme;
}

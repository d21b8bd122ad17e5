import { ownSecrets } from "../../lib/auth";
import { fromInside, urlOf } from "../../lib/endpoint";
import { GIVES_UP_SOON } from "../../lib/lostHosts";
import { CONFIG_DIRECTORY, RELOADED_SECRETS_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import { toYaml } from "../../lib/yaml";
import { VMAUTH, VMAUTH_ENDPOINT } from "./endpoint";

export interface VmauthInput {
  readonly image: string;
  /** Certificate authorities of the fronts that it asks, as PEM; empty: those of its system. */
  readonly authorities: readonly string[];
  /** The user's own secrets, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** The image's program needs no rights; the official image has no user of its own. */
const USER = { uid: 65534, gid: 65534 };

/** Name of the secret with its configuration: the token that the fronts want is in it. */
export const CONFIG_SECRET = `${VMAUTH}-config`;

const AUTHORITIES = "authorities.pem";

const OWN_URL = urlOf(fromInside(VMAUTH_ENDPOINT));

export function vmauth(input: VmauthInput): Service {
  const secrets = ownSecrets(VMAUTH, input.secrets);
  const config = `${RELOADED_SECRETS_DIRECTORY}/${CONFIG_SECRET}`;
  const verifies = input.authorities.length > 0;
  return {
    kind: "container",
    name: VMAUTH,
    description: "Podwatch vmauth",
    image: input.image,
    args: [
      `-auth.config=${config}`,
      ...(verifies ? [`-backend.TLSCAFile=${CONFIG_DIRECTORY}/${AUTHORITIES}`] : []),
      "-enableTCP6",
    ],
    user: USER,
    files: verifies ? { [AUTHORITIES]: `${input.authorities.map((one) => one.trim()).join("\n")}\n` } : {},
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    reloadedSecrets: [CONFIG_SECRET],
    sysctls: GIVES_UP_SOON,
    hooks: {
      check: renderTemplate("vmauth/check.sh", { config }),
      ready: renderTemplate("shared/ready.sh", { url: `${OWN_URL}/health` }),
      reload:
        renderTemplate("shared/metrics.sh", { service: VMAUTH, url: OWN_URL }) +
        readTemplate("shared/reload.sh"),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["/vmauth-prod", "-version"],
    readyWithin: 30,
  };
}

/**
 * Whom it asks: the first that answers, in this order, so that one dashboard is of one database.
 *
 * @param token that all of them take; absent: they want none
 */
export function configuration(urls: readonly string[], token: string | undefined): string {
  return toYaml({
    unauthorized_user: {
      url_prefix: urls,
      load_balancing_policy: "first_available",
      // A front whose VictoriaMetrics is away answers so.
      retry_status_codes: [502, 503, 504],
      ...(token === undefined ? {} : { headers: [`Authorization: Bearer ${token}`] }),
    },
  });
}

/**
 * How it is monitored by the Prometheus of its own host.
 *
 * @param instance name of the host
 */
export function vmauthTelemetry(instance: string): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(VMAUTH, VMAUTH_ENDPOINT, { instance })],
    dashboards: [],
    ruleGroups: [],
  };
}

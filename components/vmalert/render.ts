import {
  authFiles,
  authSecrets,
  type HttpAuth,
  type NamedSecret,
  type Owner,
  owner,
  ownSecrets,
  secretFile,
} from "../../lib/auth";
import { type Endpoint, endpointName, fromInside, loginAt, urlOf } from "../../lib/endpoint";
import { CONFIG_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import type { Backend } from "../nginx/render";
import { VICTORIAMETRICS_ENDPOINT } from "../victoriametrics/endpoint";
import { VMALERT, VMALERT_ENDPOINT } from "./endpoint";
import { vmalertRules } from "./rules";

export interface VmalertInput {
  readonly image: string;
  readonly externalUrl: string;
  readonly evaluationInterval: string;
  /** Contents, by path below `rules/`. */
  readonly ruleFiles: Readonly<Record<string, string>>;
  /** Where alerts go. */
  readonly alertmanagers: readonly Endpoint[];
  /** Names of all secrets. */
  readonly secrets: readonly string[];
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** The image's program needs no rights; the official image has no user of its own. */
const USER = { uid: 65534, gid: 65534 };

const RULES = `${CONFIG_DIRECTORY}/rules/**/*.y*ml`;

const OWN_URL = urlOf(fromInside(VMALERT_ENDPOINT));

export const VMALERT_BACKEND: Backend = {
  name: VMALERT,
  endpoint: VMALERT_ENDPOINT,
  closed: ["-/reload", "debug", "flags"],
  title: "vmalert",
  description: "Rules, and the alerts that they raise.",
};

export function vmalert(input: VmalertInput): Service {
  const store = urlOf(VICTORIAMETRICS_ENDPOINT);
  return {
    kind: "container",
    name: VMALERT,
    description: "Podwatch vmalert",
    image: input.image,
    args: [
      `-rule=${RULES}`,
      `-evaluationInterval=${input.evaluationInterval}`,
      `-datasource.url=${store}`,
      `-remoteWrite.url=${store}`,
      // What alerts were pending or firing before a start.
      `-remoteRead.url=${store}`,
      ...notifiers(input.alertmanagers),
      `-external.url=${input.externalUrl}`,
      `-http.pathPrefix=${VMALERT_ENDPOINT.path}`,
      // As Prometheus names them: Alertmanager sees the same alert from whoever evaluates its rule.
      "-disableAlertgroupLabel",
      "-enableTCP6",
    ],
    user: USER,
    files: {
      ...Object.fromEntries(Object.entries(input.ruleFiles).map(([path, text]) => [`rules/${path}`, text])),
      ...Object.assign({}, ...input.alertmanagers.map((one) => authFiles(loginAt(one), ownerOf(one)))),
    },
    ...(input.secrets.length > 0 ? { secrets: input.secrets } : {}),
    hooks: {
      check: renderTemplate("vmalert/check.sh", { rules: RULES }),
      ready: renderTemplate("shared/ready.sh", { url: `${OWN_URL}/health` }),
      reload:
        renderTemplate("shared/metrics.sh", { service: VMALERT, url: OWN_URL }) +
        readTemplate("shared/reload.sh"),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["/vmalert-prod", "-version"],
    readyWithin: 60,
  };
}

/** Its flags are lists, of which what stands at the same place belongs together. */
function notifiers(alertmanagers: readonly Endpoint[]): string[] {
  if (alertmanagers.length === 0) return ["-notifier.blackhole"];
  return alertmanagers.flatMap((one) => {
    const { secret, file } = ownerOf(one);
    const { bearerToken, tls }: HttpAuth = loginAt(one);
    return [
      `-notifier.url=${urlOf(one)}`,
      `-notifier.bearerTokenFile=${bearerToken === undefined ? "" : secretFile(secret("token"))}`,
      `-notifier.tlsCAFile=${tls?.ca === undefined ? "" : `${CONFIG_DIRECTORY}/${file("ca.pem")}`}`,
    ];
  });
}

/** The user's own, and those with which it enters the fronts of Alertmanagers. */
export function vmalertSecrets<Secret>(
  own: Readonly<Record<string, Secret>> | undefined,
  alertmanagers: ReadonlyArray<Endpoint<Secret>>,
): Array<NamedSecret<Secret>> {
  return [
    ...ownSecrets(VMALERT, own),
    ...alertmanagers.flatMap((one) => authSecrets(loginAt(one), ownerOf(one))),
  ];
}

function ownerOf(endpoint: Endpoint): Owner {
  return owner(VMALERT, endpointName(endpoint), "alertmanager");
}

/**
 * How it is monitored by the Prometheus of its own host.
 *
 * @param instance name of the host
 */
export function vmalertTelemetry(instance: string): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(VMALERT, VMALERT_ENDPOINT, { instance })],
    dashboards: [],
    ruleGroups: [vmalertRules],
  };
}

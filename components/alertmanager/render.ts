import { type NamedSecret, ownSecrets, secretFile } from "../../lib/auth";
import { halved } from "../../lib/duration";
import { fromInside, urlOf } from "../../lib/endpoint";
import { GIVES_UP_SOON } from "../../lib/lostHosts";
import { CONFIG_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import { toYaml } from "../../lib/yaml";
import type { Backend } from "../nginx/render";
import { CONTACTS_FILE, TOPOLOGY, TOPOLOGY_DATA } from "../topology/endpoint";
import { DOWNTIME_ALERT } from "../topology/rules";
import { awsEnvironment } from "./aws.render";
import { CLUSTER_SECRET, type Cluster, clusterArguments, clusterFiles, gossipPort } from "./cluster.render";
import {
  CONTACTS_DEFAULTS,
  type Contacts,
  contactsDefaults,
  contactsReceiver,
  contactsRoute,
} from "./contacts.render";
import { ALERTMANAGER, ALERTMANAGER_ENDPOINT } from "./endpoint";
import {
  awsLogins,
  type Receiver,
  receiverConfig,
  receiverFiles,
  receiverSecrets,
  receiverTemplates,
} from "./receivers.render";
import {
  type InhibitRule,
  inhibitRuleConfig,
  type RootRoute,
  rootRouteConfig,
  SHIPPED_INHIBIT_RULES,
  type TimeInterval,
  timeIntervalConfig,
} from "./routes.render";
import { alertmanagerRules } from "./rules";

export interface AlertmanagerInput {
  readonly image: string;
  /** Alertmanager's URL for users, with its path; notifications link there. */
  readonly externalUrl: string;
  readonly receivers: Readonly<Record<string, Receiver>>;
  readonly route: RootRoute;
  readonly shippedInhibitRules: boolean;
  readonly inhibitRules: readonly InhibitRule[];
  readonly timeIntervals: Readonly<Record<string, readonly TimeInterval[]>>;
  /** The user's notification templates, by file name. */
  readonly templates: Readonly<Record<string, string>>;
  /** How the contacts of sites are told, if they are. */
  readonly contacts?: Contacts | undefined;
  /** The dead man's switch, if any. */
  readonly deadMansSwitch?: { readonly url: unknown; readonly interval: string } | undefined;
  /** Further parts of the configuration, in Alertmanager's syntax. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** Secrets that `extra` refers to, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /** The cluster that it is a member of, if any. */
  readonly cluster?: Cluster | undefined;
  readonly keepData: boolean;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** Address for the hooks. */
const OWN_URL = urlOf(fromInside(ALERTMANAGER_ENDPOINT));

/** The user `nobody` of the official image. */
const IMAGE_USER = { uid: 65534, gid: 65534 };

export const ALERTMANAGER_BACKEND: Backend = {
  name: ALERTMANAGER,
  endpoint: ALERTMANAGER_ENDPOINT,
  // Administrative and diagnostic endpoints.
  closed: ["-/reload", "-/quit", "debug"],
  // Alerts come from Prometheus, inside the network of the containers; from other hosts with a log-in.
  readOnly: ["api/v1/alerts", "api/v2/alerts"],
  alerts: ["api/v2/alerts"],
  title: "Alertmanager",
  description: "Alerts that fire now, and silences.",
};

/** How Alertmanager is monitored. */
export function alertmanagerTelemetry(host: string): Telemetry<never> {
  return {
    scrapeJobs: [metricsJob(ALERTMANAGER, ALERTMANAGER_ENDPOINT, { instance: host })],
    dashboards: ["alertmanager.json"],
    ruleGroups: [alertmanagerRules],
  };
}

/** Name of the secret that holds the URL of the dead man's switch. */
const DEAD_MANS_SWITCH_SECRET = `${ALERTMANAGER}-dead-mans-switch`;

export function alertmanager(input: AlertmanagerInput): Service {
  const { cluster } = input;
  return {
    kind: "container",
    name: ALERTMANAGER,
    description: "Podwatch Alertmanager",
    image: input.image,
    args: [
      `--config.file=${CONFIG_DIRECTORY}/alertmanager.yml`,
      "--storage.path=/alertmanager",
      `--web.external-url=${input.externalUrl}`,
      `--web.route-prefix=${ALERTMANAGER_ENDPOINT.path}`,
      ...clusterArguments(cluster),
    ],
    user: IMAGE_USER,
    ...(cluster && { ports: [gossipPort(cluster)], sysctls: GIVES_UP_SOON }),
    environment: awsEnvironment(awsLogins(input.receivers)),
    files: {
      "alertmanager.yml": toYaml(configuration(input)),
      ...Object.fromEntries(
        shippedTemplates(input).map((name) => [`templates/${name}`, readTemplate(`alertmanager/${name}`)]),
      ),
      ...Object.fromEntries(
        Object.entries(input.templates).map(([name, text]) => [`templates/own/${name}`, text]),
      ),
      ...(input.contacts === undefined
        ? {}
        : { [`templates/${CONTACTS_DEFAULTS}`]: contactsDefaults(input.contacts, input.receivers) }),
      ...receiverFiles(input.receivers),
      ...clusterFiles(cluster),
    },
    secrets: [...alertmanagerSecrets(input).map(({ name }) => name), ...(cluster ? [CLUSTER_SECRET] : [])],
    data: { path: "/alertmanager", keep: input.keepData },
    ...(input.contacts === undefined ? {} : { sharedData: { service: TOPOLOGY, path: TOPOLOGY_DATA } }),
    hooks: {
      check: readTemplate("alertmanager/check.sh"),
      ready: renderTemplate("shared/ready.sh", { url: `${OWN_URL}/-/ready` }),
      reload:
        renderTemplate("shared/metrics.sh", { service: "alertmanager", url: OWN_URL }) +
        readTemplate("shared/reload.sh"),
      verify: `alert=${VERIFY_ALERT}\n${renderTemplate("alertmanager/verify.sh", { url: OWN_URL })}`,
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["alertmanager", "--version"],
    readyWithin: 60,
  };
}

/** All secrets of Alertmanager, in the order of the service's description. */
export function alertmanagerSecrets<Secret>(input: {
  readonly receivers: Readonly<Record<string, Receiver<Secret>>>;
  readonly deadMansSwitch?: { readonly url: Secret } | undefined;
  readonly secrets?: Readonly<Record<string, Secret>> | undefined;
}): Array<NamedSecret<Secret>> {
  const { receivers, deadMansSwitch } = input;
  return [
    ...receiverSecrets(receivers),
    ...(deadMansSwitch === undefined ? [] : [{ name: DEAD_MANS_SWITCH_SECRET, value: deadMansSwitch.url }]),
    ...ownSecrets(ALERTMANAGER, input.secrets),
  ];
}

/** A receiver that sends no notifications. */
export const NOBODY = "nobody";

/** The alert that `npm run verify` sends. */
export const VERIFY_ALERT = "PodwatchVerify";

const DEAD_MANS_SWITCH = "dead-mans-switch";

const shippedTemplates = ({ receivers }: AlertmanagerInput) => [
  "podwatch.tmpl",
  ...receiverTemplates(receivers),
];

function configuration(input: AlertmanagerInput) {
  const { contacts, receivers, deadMansSwitch } = input;
  const timeIntervals = Object.entries(input.timeIntervals);
  return {
    templates: [
      ...shippedTemplates(input).map((name) => `${CONFIG_DIRECTORY}/templates/${name}`),
      ...Object.keys(input.templates).map((name) => `${CONFIG_DIRECTORY}/templates/own/${name}`),
      ...(contacts === undefined
        ? []
        : [`${CONFIG_DIRECTORY}/templates/${CONTACTS_DEFAULTS}`, CONTACTS_FILE]),
    ],
    route: rootRouteConfig(input.route, {
      receiver: Object.keys(receivers)[0] ?? NOBODY,
      before: [
        watchdogRoute(deadMansSwitch),
        { matchers: [`alertname="${VERIFY_ALERT}"`], receiver: NOBODY },
        { matchers: [`alertname="${DOWNTIME_ALERT}"`], receiver: NOBODY },
        ...(contacts === undefined ? [] : [contactsRoute(contacts)]),
      ],
    }),
    inhibit_rules: [
      ...(input.shippedInhibitRules ? SHIPPED_INHIBIT_RULES : []),
      ...input.inhibitRules.map(inhibitRuleConfig),
    ],
    ...(timeIntervals.length === 0 ? {} : { time_intervals: timeIntervals.map(timeIntervalConfig) }),
    receivers: [
      ...Object.entries(receivers).map(([name, receiver]) => receiverConfig(name, receiver)),
      { name: NOBODY },
      ...(contacts === undefined ? [] : [contactsReceiver(contacts, receivers)]),
      ...(deadMansSwitch === undefined
        ? []
        : [
            {
              name: DEAD_MANS_SWITCH,
              webhook_configs: [{ send_resolved: false, url_file: secretFile(DEAD_MANS_SWITCH_SECRET) }],
            },
          ]),
    ],
    ...input.extra,
  };
}

/**
 * The alert that always fires is for machines only.
 *
 * Alertmanager repeats a message at the first flush of its group that comes later than the interval; flushing twice as
 * often as that makes it once for each interval, and never later.
 */
function watchdogRoute(deadMansSwitch: AlertmanagerInput["deadMansSwitch"]) {
  const matchers = ['alertname="Watchdog"'];
  if (deadMansSwitch === undefined) return { matchers, receiver: NOBODY };
  const half = halved(deadMansSwitch.interval);
  return {
    matchers,
    receiver: DEAD_MANS_SWITCH,
    group_by: ["alertname"],
    group_wait: "0s",
    group_interval: half,
    repeat_interval: half,
  };
}

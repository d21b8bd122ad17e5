// Alertmanager: receivers, routes, inhibition and silences.
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  data,
  duration,
  flag,
  group,
  list,
  localPath,
  port,
  setting,
  text,
  type WithSecrets,
} from "../../config/schema/words";
import versions from "../../versions.json";
import type { ShippedFile } from "../prometheus/schema";
import { secretUrl } from "./receivers/kind";
import { receiver, receiverName } from "./receivers.schema";
import { inhibitRule, rootRoute, timeInterval } from "./routes.schema";

/** Parts of the configuration file for which there are settings, by those. */
export const typedParts: Readonly<Record<string, string>> = {
  receivers: "receivers",
  route: "route",
  inhibit_rules: "inhibitRules",
  time_intervals: "timeIntervals",
  mute_time_intervals: "timeIntervals",
  templates: "templates",
};

const cluster = group({
  enabled: setting(flag().default(true), "Whether the Alertmanager of the host is in the cluster."),
  port: setting(
    port().default(9094),
    "Port of the host, which the others connect to: TCP, encrypted, with certificates of the stack's authority on both sides.",
  ),
}).meta({ id: "alertmanagerCluster", description: "A cluster of Alertmanagers." });

export const alertmanager = group({
  enabled: setting(flag().optional(), "Whether Alertmanager is deployed.", {
    example: true,
    defaultText: "`true` once there are receivers or a dead man's switch",
  }),
  receivers: setting(
    z
      .record(receiverName(), receiver, {
        error: "is not a group of receivers; write one `name:` a line and its channels below",
      })
      .default({}),
    "Receivers of notifications, each under a name that routes refer to.",
  ),
  route: setting(rootRoute.prefault({}), "Which alerts go to whom."),
  shippedInhibitRules: setting(
    flag().default(true),
    "Whether to inhibit warnings while a critical alert of the same name and instance fires, alerts about a target or host while it is down, and shipped alerts while a more specific one fires (such as a filling disk while it is full).",
  ),
  inhibitRules: setting(list(inhibitRule, "inhibition rules").default([]), "Your own inhibition rules."),
  timeIntervals: setting(
    z
      .record(
        text(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$/, "is not a name; write letters, digits, spaces and . _ -"),
        list(timeInterval, "time intervals"),
        {
          error:
            "is not a group of time intervals; write one `name:` a line and a list of intervals below it",
        },
      )
      .default({}),
    "Time intervals, each under a name that routes refer to.",
  ),
  templates: setting(
    list(localPath(), "template files").default([]),
    "Your own notification templates: files on this computer (`*.tmpl`; `*`, `?` and `**` as in a shell), relative to the project. Their content is copied to the host; their definitions replace shipped templates of the same name.",
    { example: ["templates/*.tmpl"] },
  ),
  deadMansSwitch: setting(
    group({
      url: setting(
        secretUrl(
          "is not a URL; write the one that the service gave you, beginning with https:// or http://",
        ),
        "URL that is called while all is well.",
        { secret: true },
      ),
      interval: setting(duration().default("1m"), "Maximum time between calls; 10 s or more."),
    }).optional(),
    "An outside service that raises the alarm when it is no longer called, because Prometheus, Alertmanager or the whole host is gone.",
  ),
  cluster: setting(
    cluster.optional(),
    "One cluster of the Alertmanagers of all hosts of the stack that have this: each [Prometheus tells all of them, and one sends](alerting.md#several-alertmanagers).",
    { example: {} },
  ),
  extra: setting(
    z
      .record(
        z.string(),
        z.record(z.string(), z.unknown(), {
          error: "is not a part of Alertmanager's configuration; write keys of it below it",
        }),
        { error: "is not a group of settings; write parts of Alertmanager's configuration below it" },
      )
      .default({}),
    "Further parts of Alertmanager's configuration file, such as `tracing`, in Alertmanager's syntax, merged verbatim. Must not contain secrets. What has a setting is refused.",
    { example: { tracing: { endpoint: "tempo.my-company.net:4317", client_type: "grpc" } } },
  ),
  ...additions("alertmanager", "the `extra` of receivers"),
  quadlet: quadletSetting(),
  data: data("silences and the notification log"),
  image: image(versions.images.alertmanager, "Alertmanager"),
}).meta({ id: "alertmanager", description: "Alertmanager: sends notifications about alerts." });

type Given = z.output<typeof alertmanager>;

export const isEnabled = ({ enabled, receivers, deadMansSwitch }: Given): boolean =>
  enabled ?? (Object.keys(receivers).length > 0 || deadMansSwitch !== undefined);

/** Its part in a cluster, if it has one. */
export function clusterOf(given: Given): Given["cluster"] {
  return isEnabled(given) && given.cluster?.enabled ? given.cluster : undefined;
}

/** Fully resolved: defaults are filled in, files are read. */
export type AlertmanagerSettings<Secret = string> = WithSecrets<
  Omit<Given, "enabled" | "templates" | "cluster"> & {
    enabled: boolean;
    templates: ShippedFile[];
  },
  Secret
> & { readonly cluster?: Cluster };

/** A member of a cluster, and the others. */
export interface Cluster {
  readonly address: string;
  readonly port: number;
  /** The others: addresses with ports, and without. */
  readonly peers: readonly string[];
  readonly others: readonly string[];
}

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly alertmanager: AlertmanagerSettings<Secret>;
  }
}

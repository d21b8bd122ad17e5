// External destinations of Prometheus: other Alertmanagers, and remote write.
import { z } from "zod";
import { httpAuth } from "../../config/schema/auth";
import { choice, flag, group, httpUrl, list, setting, target, text } from "../../config/schema/words";

const name = (of: string) =>
  setting(
    text(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      "is not a name of this kind; write up to 64 letters, digits, _, - and ., beginning with a letter or digit",
    ),
    `Name of the ${of}, used in the names of its secrets. Unique.`,
    { example: "central" },
  );

const extra = (documentation: string, example: Readonly<Record<string, unknown>>) =>
  setting(
    z
      .record(z.string(), z.unknown(), {
        error: "is not a group of settings; write keys of Prometheus' configuration below it",
      })
      .default({}),
    `Further options of Prometheus' \`${documentation}\`, in Prometheus' syntax, merged verbatim. Must not contain secrets.`,
    { example },
  );

export const remoteWrite = group({
  name: name("endpoint"),
  url: setting(httpUrl(), "URL for Prometheus' remote write.", {
    example: "https://metrics.my-company.net/api/v1/write",
  }),
  ...httpAuth,
  sendNativeHistograms: setting(
    flag().optional(),
    "Whether native histograms are sent as such (`send_native_histograms`).",
    { example: true, defaultText: "`nativeHistograms.enabled`" },
  ),
  extra: extra("remote_write", { send_exemplars: true }),
}).meta({ id: "remoteWrite", description: "Sends a copy of the samples to an endpoint." });

export const remoteRead = group({
  name: name("endpoint"),
  url: setting(httpUrl(), "URL for Prometheus' remote read.", {
    example: "https://metrics.my-company.net/api/v1/read",
  }),
  ...httpAuth,
  extra: extra("remote_read", { read_recent: true }),
}).meta({ id: "remoteRead", description: "Reads samples from an endpoint when it is queried." });

export const otherAlertmanager = group({
  name: name("Alertmanager"),
  targets: setting(
    list(target(), "Alertmanagers, each host:port").default([]),
    "Their addresses, each as host:port; each receives every alert.",
    {
      example: ["alerts.my-company.net:9093"],
      defaultText: "none; required unless `extra` is a service discovery",
    },
  ),
  scheme: setting(choice(["http", "https"]).default("http"), "Protocol to reach them."),
  pathPrefix: setting(
    text(/^\/[^\s?#]*$/, "is not a path; write one that begins with /, such as /alertmanager").default("/"),
    "Path prefix of their API.",
    { example: "/alertmanager" },
  ),
  ...httpAuth,
  extra: extra("alertmanagers", { timeout: "20s" }),
}).meta({ id: "otherAlertmanager", description: "External Alertmanagers that also receive alerts." });

export type RemoteRead = z.output<typeof remoteRead>;
export type RemoteWrite = z.output<typeof remoteWrite>;
export type OtherAlertmanager = z.output<typeof otherAlertmanager>;

/** Native keys for which there is a setting, by that setting. */
export const typedKeys = {
  remoteWrite: { name: "name", url: "url", send_native_histograms: "sendNativeHistograms" },
  remoteRead: { name: "name", url: "url" },
  alertmanagers: { static_configs: "targets", scheme: "scheme", path_prefix: "pathPrefix" },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

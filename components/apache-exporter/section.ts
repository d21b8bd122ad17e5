import { section } from "../../config/section";
import { addTo } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import { APACHE_EXPORTER } from "./endpoint";
import { apacheExporter, apacheTelemetry } from "./render";
import { resolveApache } from "./resolve";
import { apache } from "./schema";

export const apacheSection = section("apache", {
  schema: apache,
  resolve: resolveApache,
  groups: ["monitors"],
  chapters: { apache: { title: "Apache" } },
  withoutPrometheus:
    "the Apache exporter without a Prometheus that scrapes it; set apache.enabled to false too",
  container: {
    service: APACHE_EXPORTER,
    type: "ApacheExporter",
    offer: ({ apache: { enabled } }) => (enabled ? {} : undefined),
    telemetry: ({ name, apache: { enabled } }) => (enabled ? [apacheTelemetry(name)] : []),
    deployment: ({ apache: settings }, { network }) => ({
      service: addTo(apacheExporter({ ...settings, host: network?.hostAddress ?? "" }), settings),
      secrets: ownSecrets(APACHE_EXPORTER, settings.secrets),
    }),
  },
  owned: {
    service: APACHE_EXPORTER,
    arguments: {
      scrape_uri: "names the host's Apache, which it is there for; use port",
      "web.listen-address": "is how Prometheus finds it; remove it",
      "web.systemd-socket": "is how Prometheus finds it; remove it",
      "telemetry.endpoint": "is how Prometheus finds it; remove it",
      "web.config.file": "would shut out Prometheus; remove it",
    },
  },
});

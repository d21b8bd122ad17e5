import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { ALERTMANAGER, ALERTMANAGER_ENDPOINT } from "./endpoint";
import { resolveAlertmanager } from "./resolve";
import { alertmanager } from "./schema";

export const alertmanagerSection = section("alertmanager", {
  schema: alertmanager,
  resolve: resolveAlertmanager,
  groups: ["monitors"],
  chapters: {
    alertmanager: { title: "Alertmanager" },
    alertmanagerCluster: { title: "Cluster", under: "as `alertmanager.cluster`" },
    receiver: { title: "Receiver", under: "as an entry of `alertmanager.receivers`" },
    route: { title: "Route", under: "as an entry of `routes` of `alertmanager.route` or of another route" },
    inhibitRule: { title: "Inhibition rule", under: "as an entry of `alertmanager.inhibitRules`" },
    timeInterval: { title: "Time interval", under: "as an item of an entry of `alertmanager.timeIntervals`" },
  },
  presets: { "raspberry-pi": { quadlet: goMemory(64) } },
  withoutPrometheus: "Alertmanager without alerts; set alertmanager.enabled to false too",
  taken: { jobs: [ALERTMANAGER], paths: [ALERTMANAGER_ENDPOINT.path] },
  owned: {
    service: ALERTMANAGER,
    arguments: {
      "config.file": "names the file that Podwatch writes; remove it",
      "storage.path": "names the data volume; remove it",
      "cluster.*":
        "is how the Alertmanagers of a cluster find each other; remove it, and write cluster of podwatch:alertmanager",
      "web.external-url": "has a setting of its own; use publicUrl of podwatch:front",
      "web.route-prefix": "is how the front and Prometheus find it; remove it",
      "web.listen-address": "is how the front and Prometheus find it; remove it",
      "web.config.file":
        "would shut out the front and Prometheus; remove it, and restrict access at the front",
    },
    environment: {
      AWS_CONFIG_FILE: "names the file with the log-ins of receivers; write accessKey and secretKey of sns",
    },
  },
});

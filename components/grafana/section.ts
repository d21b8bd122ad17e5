import { section } from "../../config/section";
import { GRAFANA, GRAFANA_ENDPOINT } from "./endpoint";
import { resolveGrafana } from "./resolve";
import { grafana } from "./schema";

export const grafanaSection = section("grafana", {
  schema: grafana,
  resolve: resolveGrafana,
  groups: ["dashboards"],
  chapters: {
    grafana: { title: "Grafana" },
    external: { title: "External Grafana", under: "as `grafana.external`" },
    externalFolder: { title: "External folder", under: "as `grafana.external.folder`" },
    datasource: { title: "Data source", under: "as an entry of `grafana.datasources`" },
    grafanaInfluxdb: { title: "InfluxDB of Grafana", under: "as an entry of `grafana.influxdb`" },
    smtp: { title: "Grafana mails", under: "as `grafana.smtp`" },
    anonymous: { title: "Visitors without a log-in", under: "as `grafana.anonymous`" },
    embedding: { title: "Dashboards in frames", under: "as `grafana.embedding`" },
    ldap: { title: "LDAP", under: "as `grafana.ldap`" },
    ldapGroup: { title: "LDAP group", under: "as an entry of `grafana.ldap.groupMappings`" },
    oauth: { title: "OAuth", under: "as `grafana.oauth`" },
    oauthGeneric: { title: "OAuth of any kind", under: "as `grafana.oauth.generic`" },
    oauthGithub: { title: "OAuth with GitHub", under: "as `grafana.oauth.github`" },
    oauthGitlab: { title: "OAuth with GitLab", under: "as `grafana.oauth.gitlab`" },
    oauthGoogle: { title: "OAuth with Google", under: "as `grafana.oauth.google`" },
    oauthAzureAd: { title: "OAuth with Entra ID", under: "as `grafana.oauth.azureAd`" },
  },
  presets: {
    "raspberry-pi": {
      quadlet: { Container: { Environment: "GF_LOG_LEVEL=warn" }, Service: { MemoryMax: "300M" } },
    },
  },
  withoutPrometheus: "Grafana without data; set grafana.enabled to false too",
  taken: { jobs: [GRAFANA], paths: [GRAFANA_ENDPOINT.path] },
  owned: {
    service: GRAFANA,
    arguments: {
      config: "names the configuration of the image; write variables GF_<SECTION>_<KEY> under environment",
      homepath: "is where the image has Grafana; remove it",
      packaging: "says what the image is; remove it",
      pidfile: "is of no use in a container; remove it",
      "cfg:*": "overrides the configuration; write it as GF_<SECTION>_<KEY> under environment",
      v: "makes the program exit at once; remove it",
      vv: "makes the program exit at once; remove it",
    },
    environment: {
      GF_SERVER_ROOT_URL: "has a setting of its own; use publicUrl of podwatch:front",
      GF_SERVER_SERVE_FROM_SUB_PATH: "is how the front finds it; remove it",
      GF_SERVER_HTTP_ADDR: "is how the front finds it; remove it",
      GF_SERVER_HTTP_PORT: "is how the front finds it; remove it",
      GF_SERVER_PROTOCOL: "is how the front finds it; remove it",
      GF_SECURITY_ADMIN_USER: "has a setting of its own; use adminUser",
      GF_SECURITY_ADMIN_PASSWORD: "has a setting of its own; use adminPassword",
      GF_SECURITY_ADMIN_PASSWORD__FILE: "has a setting of its own; use adminPassword",
      GF_PATHS_PROVISIONING: "names what Podwatch writes; use datasources and dashboards",
      GF_PATHS_DATA: "names the data volume; remove it",
      GF_PATHS_CONFIG: "names what Podwatch writes; use settings",
      PODWATCH_SETTINGS: "tells when to restart; remove it",
    },
  },
});

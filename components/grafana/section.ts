import { section } from "../../config/section";
import { GRAFANA, GRAFANA_ENDPOINT } from "./endpoint";
import { resolveGrafana } from "./resolve";
import { grafana } from "./schema";

export const grafanaSection = section("grafana", {
  schema: grafana,
  resolve: resolveGrafana,
  chapters: {
    grafana: { title: "Grafana" },
    datasource: { title: "Data source", under: "as an entry of `grafana.datasources`" },
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
});

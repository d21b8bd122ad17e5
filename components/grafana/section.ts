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
  },
  presets: {
    "raspberry-pi": {
      quadlet: { Container: { Environment: "GF_LOG_LEVEL=warn" }, Service: { MemoryMax: "300M" } },
    },
  },
  withoutPrometheus: "Grafana without data; set grafana.enabled to false too",
  taken: { jobs: [GRAFANA], paths: [GRAFANA_ENDPOINT.path] },
});

import { section } from "../../config/section";
import { VMAUTH } from "./endpoint";
import { resolveVmauth } from "./resolve";
import { vmauth } from "./schema";

const FINDS = "is how Grafana and Prometheus find it; remove it";

export const vmauthSection = section("vmauth", {
  schema: vmauth,
  resolve: resolveVmauth,
  groups: ["dashboards"],
  chapters: { vmauth: { title: "vmauth" } },
  taken: { jobs: [VMAUTH] },
  owned: {
    service: VMAUTH,
    arguments: {
      "auth.config": "names the file that Podwatch writes; remove it",
      "backend.TLSCAFile": "is the authority of the fronts that it asks; remove it",
      httpListenAddr: FINDS,
      "http.pathPrefix": FINDS,
      tls: FINDS,
    },
  },
});

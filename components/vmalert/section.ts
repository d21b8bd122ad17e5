import { section } from "../../config/section";
import { VMALERT, VMALERT_ENDPOINT } from "./endpoint";
import { resolveVmalert } from "./resolve";
import { vmalert } from "./schema";

const FINDS = "is how the front and Prometheus find it; remove it";
const SET_BY_US = "is set by Podwatch; remove it";

export const vmalertSection = section("vmalert", {
  schema: vmalert,
  resolve: resolveVmalert,
  groups: ["databases"],
  chapters: { vmalert: { title: "vmalert" } },
  taken: { jobs: [VMALERT], paths: [VMALERT_ENDPOINT.path] },
  owned: {
    service: VMALERT,
    arguments: {
      rule: "names the files that Podwatch writes; use ruleFiles",
      evaluationInterval: "has a setting of its own; use evaluationInterval",
      "external.url": "has a setting of its own; use publicUrl of podwatch:front",
      "datasource.url": SET_BY_US,
      "remoteRead.url": SET_BY_US,
      "remoteWrite.url": SET_BY_US,
      "notifier.*": "is how it finds the Alertmanagers of the stack; remove it",
      httpListenAddr: FINDS,
      "http.pathPrefix": FINDS,
      tls: FINDS,
      "httpAuth.*": "would shut out the front and Prometheus; remove it, the front has log-ins",
    },
  },
});

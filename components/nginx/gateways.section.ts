import { section } from "../../config/section";
import { GATEWAYS_JOB } from "./endpoint";
import { resolveGateways } from "./gateways.resolve";
import { gateways } from "./gateways.schema";

export const gatewaysSection = section("gateways", {
  schema: gateways,
  resolve: resolveGateways,
  groups: ["monitors"],
  chapters: { gateways: { title: "Gateways" } },
  taken: { jobs: [GATEWAYS_JOB] },
});

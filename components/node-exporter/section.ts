import { section } from "../../config/section";
import { NODE_EXPORTER } from "./endpoint";
import { resolveNodeExporter } from "./resolve";
import { nodeExporter } from "./schema";

export const nodeExporterSection = section("nodeExporter", {
  schema: nodeExporter,
  resolve: resolveNodeExporter,
  chapters: { nodeExporter: { title: "Node exporter" } },
  groups: ["targets"],
  onTargets: true,
  owned: { service: NODE_EXPORTER, secrets: false, arguments: {} },
});

// vmalert: evaluates rules on what VictoriaMetrics has, where no Prometheus does.
import type { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import { duration, flag, group, list, localPath, setting, type WithSecrets } from "../../config/schema/words";
import versions from "../../versions.json";
import type { ShippedFile } from "../prometheus/schema";

export const vmalert = group({
  enabled: setting(
    flag().optional(),
    "Whether vmalert is deployed, which evaluates the shipped rules on what the VictoriaMetrics of its host has.",
    {
      example: true,
      defaultText: "`true` beside a VictoriaMetrics, if every Prometheus of the stack is an agent",
    },
  ),
  evaluationInterval: setting(duration().default("15s"), "How often rules are evaluated."),
  ruleFiles: setting(
    list(localPath(), "rule files").default([]),
    "Files with recording and alerting rules on this computer (YAML, `*`, `?` and `**` as in a shell), relative to the project. Their content is copied to the host, and vmalert checks it there before anything is changed.",
    { example: ["rules/*.yml"] },
  ),
  ...additions("vmalert", "arguments"),
  quadlet: quadletSetting(),
  image: image(versions.images.vmalert, "vmalert"),
}).meta({
  id: "vmalert",
  description:
    "vmalert: evaluates rules on what VictoriaMetrics has, where no Prometheus does. [docs/victoriametrics.md](victoriametrics.md) describes it.",
});

export type VmalertSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof vmalert>, "enabled" | "ruleFiles"> & { ruleFiles: ShippedFile[] },
  Secret
> & {
  readonly enabled: boolean;
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly vmalert: VmalertSettings<Secret>;
  }
}

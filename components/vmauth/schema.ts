// vmauth: lets Grafana ask one of several VictoriaMetrics that answers.
import type { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import { flag, group, setting, type WithSecrets } from "../../config/schema/words";
import versions from "../../versions.json";

export const vmauth = group({
  enabled: setting(
    flag().optional(),
    "Whether vmauth is deployed, which lets the Grafana of its host ask one VictoriaMetrics of the stack that answers.",
    { example: true, defaultText: "`true` beside a Grafana, if the stack has two VictoriaMetrics or more" },
  ),
  ...additions("vmauth", "arguments"),
  quadlet: quadletSetting(),
  image: image(versions.images.vmauth, "vmauth"),
}).meta({
  id: "vmauth",
  description:
    "vmauth: lets Grafana ask one of several VictoriaMetrics that answers. [docs/victoriametrics.md](victoriametrics.md) describes it.",
});

export type VmauthSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof vmauth>, "enabled">,
  Secret
> & {
  readonly enabled: boolean;
  /** How often samples come in: the smallest step of Grafana's queries. */
  readonly scrapeInterval: string;
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly vmauth: VmauthSettings<Secret>;
  }
}

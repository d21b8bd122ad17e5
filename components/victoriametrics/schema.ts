// VictoriaMetrics: stores what every Prometheus of the stack scrapes.
import type { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import { data, delay, duration, flag, group, setting, type WithSecrets } from "../../config/schema/words";
import versions from "../../versions.json";

export const victoriametrics = group({
  enabled: setting(
    flag().default(false),
    "Whether VictoriaMetrics is deployed. Every Prometheus of the stack then sends it all samples, and Grafana asks it.",
    { example: true },
  ),
  retention: setting(
    duration().default("30d"),
    "How long samples are kept: 1d or more, in whole hours. Shortened, it deletes what is older.",
  ),
  deduplication: setting(
    delay().optional(),
    "Of a series' samples within this time one is kept: two Prometheus that scrape the same targets then take the space of one, and a query shows one. `0s` keeps all.",
    { example: "15s", defaultText: "`prometheus.scrapeInterval`" },
  ),
  ...additions("victoriametrics", "arguments"),
  quadlet: quadletSetting(),
  data: data("all samples"),
  image: image(versions.images.victoriametrics, "VictoriaMetrics, of a single node"),
}).meta({
  id: "victoriametrics",
  description:
    "VictoriaMetrics: stores what every Prometheus of the stack scrapes. [docs/victoriametrics.md](victoriametrics.md) describes it.",
});

export type VictoriametricsSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof victoriametrics>, "deduplication">,
  Secret
> & {
  readonly deduplication: string;
  /** How often samples come in: the smallest step of Grafana's queries. */
  readonly scrapeInterval: string;
  /** Whether other hosts of the stack have one, too. */
  readonly replicated: boolean;
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly victoriametrics: VictoriametricsSettings<Secret>;
  }
}

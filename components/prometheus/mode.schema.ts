// How Prometheus runs: as a server, or as an agent, which only scrapes and forwards; and what either sends and takes.
import { choice, duration, flag, group, numeric, setting, whole } from "../../config/schema/words";

export const modeSettings = {
  mode: setting(
    choice(["server", "agent"]).default("server"),
    "`server` stores samples, evaluates rules and answers queries. `agent` (`--agent`) only scrapes, and sends everything to the endpoints under `remoteWrite`, of which it needs at least one: it evaluates no rules, answers no queries, and is no data source of Grafana. All its samples get the external label `host`, the host's name in the stack file. Settings of servers are refused for it. After a change the data of the other mode stay in the volume, unused.",
  ),
  agent: setting(
    group({
      minTime: setting(
        duration().default("5m"),
        "How long samples are kept at least, sent or not (`--storage.agent.retention.min-time`).",
      ),
      maxTime: setting(
        duration().default("4h"),
        "How long samples are kept at most while no endpoint takes them (`--storage.agent.retention.max-time`); older ones are lost. At least `minTime`.",
      ),
    }).prefault({}),
    "For `mode: agent`: how long samples wait on the host for an endpoint that does not answer. A reload keeps what waits; a restart sends it within a few seconds, or loses it.",
  ),
  remoteWriteReceiver: setting(
    flag().default(false),
    "Whether it takes samples from agents and other Prometheus servers, at `/prometheus/api/v1/write` of the front (`--web.enable-remote-write-receiver`). Whoever reaches the front, or with `front.auth` whoever may write there, can send then. Adds alerts about agents and remote write.",
  ),
} as const;

export const nativeHistograms = setting(
  group({
    enabled: setting(
      flag().default(false),
      "Whether native histograms are scraped and stored (the feature `native-histograms`).",
    ),
    keepClassic: setting(
      flag().default(false),
      "Whether the classic buckets of a histogram that is exposed in both forms are stored too (`always_scrape_classic_histograms`).",
    ),
    convertClassic: setting(
      flag().default(false),
      "Whether classic histograms are stored as native ones with custom buckets (`convert_classic_histograms_to_nhcb`).",
    ),
    bucketLimit: setting(
      whole(1, 1_000_000, "is not a number of buckets; write a whole number such as 160").optional(),
      "Buckets of a native histogram; one with more is scraped at a lower resolution (`native_histogram_bucket_limit` of every job that does not set it under `extra`).",
      { example: 160, defaultText: "no limit" },
    ),
    minBucketFactor: setting(
      numeric(
        (value) => value > 1 && value <= 65536,
        "is not a factor; write a number above 1, such as 1.1",
      ).optional(),
      "Least growth from one bucket to the next; a finer histogram is scraped at a lower resolution (`native_histogram_min_bucket_factor` of every job that does not set it under `extra`).",
      { example: 1.1, defaultText: "none" },
    ),
  }).prefault({}),
  "Native histograms. With them, `remoteWrite` sends them too unless an endpoint says otherwise.",
);

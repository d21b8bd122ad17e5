// Prometheus' configuration file.
import { resolve } from "node:path";
import { native } from "./native";
import { alertmanagers, remoteReads, remoteWrites } from "./remotes";
import { LIMITS, scrapeConfigs } from "./scrapeJob";
import { readSource } from "./source";
import { as, asText, missing, needless, Spot, type Table, type Taker, takeAll, texts, unknown } from "./spot";

/** Prometheus' own defaults, where Podwatch has others. */
const USUAL = { scrapeInterval: "1m", evaluationInterval: "1m" };

export function takePrometheus(spot: Spot): void {
  const to = spot.below("prometheus");
  to.at("global").put("scrapeInterval", USUAL.scrapeInterval);
  to.at("global").put("evaluationInterval", USUAL.evaluationInterval);
  takeAll(to, PROMETHEUS, unknown);
}

const GLOBAL: Table = {
  scrape_interval: asText("scrapeInterval"),
  scrape_timeout: asText("scrapeTimeout"),
  evaluation_interval: asText("evaluationInterval"),
  external_labels: (here) => here.put("externalLabels", texts(here.value)),
  query_log_file: (here) => {
    here.put("queryLog", true);
    if (here.text !== QUERY_LOG) here.change("is another file here", `it is ${QUERY_LOG}`, here.text);
  },
  ...LIMITS,
};

/** Where the setting has it. */
const QUERY_LOG = "/prometheus/query.log";

/** Keys of Prometheus 3 without a setting are taken as they are. */
const PARTS = ["otlp", "tracing", "runtime"];
const GLOBAL_PARTS = [
  "rule_query_offset",
  "scrape_failure_log_file",
  "scrape_protocols",
  "scrape_classic_histograms",
  "always_scrape_classic_histograms",
  "convert_classic_histograms_to_nhcb",
  "metric_name_validation_scheme",
  "metric_name_escaping_scheme",
  "keep_dropped_targets",
];

const verbatim = (...keys: string[]): Table => Object.fromEntries(keys.map((key) => [key, part]));

/** Below its place in the file. */
const part: Taker = (here) => {
  const at = here.from.slice(here.from.findIndex((key) => key in PROMETHEUS));
  here.put(["extra", ...at], native(here, "prometheus"));
};

/** Native key -> what becomes of it. */
const PROMETHEUS: Table = {
  global: (here) => takeAll(here, { ...GLOBAL, ...verbatim(...GLOBAL_PARTS) }, unknown),
  rule_files: ruleFiles,
  scrape_configs: scrapeConfigs,
  alerting: (here) => takeAll(here, { alertmanagers, ...verbatim("alert_relabel_configs") }, unknown),
  remote_write: remoteWrites,
  remote_read: remoteReads,
  ...verbatim(...PARTS),
  scrape_config_files: (here) => {
    for (const item of here.items()) scrapeConfigFile(item);
  },
  storage: (here) =>
    takeAll(
      here,
      {
        tsdb: (tsdb) => takeAll(tsdb, TSDB, unknown),
        exemplars: (exemplars) => takeAll(exemplars, { max_exemplars: as("exemplars") }, unknown),
      },
      unknown,
    ),
};

/** Jobs in files of their own. */
function scrapeConfigFile(item: Spot): void {
  const found = item.files.find(item.text);
  if (found.length === 0) missing(item, item.text, "prometheus.scrapeJobs, as jobs");
  for (const path of found) {
    const spot = new Spot(item.draft, readSource(path, item.files.text(path)), item.files, [], item.to);
    scrapeConfigs(spot.at("scrape_configs"));
  }
}

const TSDB: Table = {
  out_of_order_time_window: asText("outOfOrderTimeWindow"),
  retention: (here) =>
    takeAll(here, { time: asText(["retention", "time"]), size: asText(["retention", "size"]) }, needless),
};

/** Files in the project are referred to as they are written there, patterns included. */
export function ruleFiles(here: Spot): void {
  for (const item of here.items()) rules(item, item.text);
}

/** A rule file that the user names. */
export function ruleFile(spot: Spot, file: string): void {
  rules(spot.below("prometheus"), resolve(file));
}

function rules(item: Spot, given: string): void {
  const found = item.files.find(given);
  if (found.length === 0) {
    missing(item, given, "prometheus.ruleFiles");
    return;
  }
  const pattern = item.files.referPattern(given);
  if (pattern !== undefined && ENDINGS.some((ending) => pattern.endsWith(ending))) {
    item.next("ruleFiles").put([], pattern);
    return;
  }
  for (const path of found) item.next("ruleFiles").put([], item.files.refer(path, "rules", ENDINGS));
}

const ENDINGS = [".yml", ".yaml"];

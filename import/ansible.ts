// Variables of the Ansible collection prometheus.prometheus, and of inventories.
import type { Path } from "../config/problem";
import { isGroup } from "../config/walk";
import { yamlText } from "../lib/yaml";
import { takeAlertmanager } from "./alertmanager";
import { nodeFlags } from "./flags";
import { ruleFiles, takePrometheus } from "./prometheus";
import { isRoq, takeRoq } from "./roq";
import type { Source } from "./source";
import { asText, needless, Spot, type Table, takeAll, unknown } from "./spot";

/** Where a program is installed, by whom and from where: Podwatch has its own ways. */
const NEEDLESS =
  /^(prometheus|alertmanager|node_exporter)_((binary|archive|checksums?)_.*|config_(dir|file)|db_dir|system_(user|group)|user|group|stop_timeout|local_cache_path|skip_install|binary_local_dir|install_.*|read_only_dirs|amtool_.*|cluster|provisioning_synced|scrape_config_files|metrics_path|hipchat_.*|static_targets_files|web_telemetry_path|web_disable_exporter_metrics|service_.*|log_level|go_.*|repo.*)$/;

const HOST: Table = {
  ansible_host: asText(["host", "address"]),
  ansible_user: asText(["host", "user"]),
  ansible_ssh_user: asText(["host", "user"]),
  ansible_port: (here) => here.put(["host", "port"], here.value),
  ansible_ssh_private_key_file: asText(["host", "privateKeyFile"]),
  ansible_become_password: (here) => here.secret(["host", "becomePassword"], here.text),
  ansible_become_pass: (here) => here.secret(["host", "becomePassword"], here.text),
};

const TABLE: Table = {
  ...HOST,
  prometheus_storage_retention: asText(["prometheus", "retention", "time"]),
  prometheus_storage_retention_size: (here) => {
    if (here.text !== "0") here.put(["prometheus", "retention", "size"], here.text);
  },
  prometheus_config_flags_extra: (here) => flags(here.below("prometheus")),
  prometheus_alert_rules: alertRules,
  prometheus_alert_rules_files: (here) => ruleFiles(here.below("prometheus")),
  node_exporter_enabled_collectors: (here) => {
    here.put(["nodeExporter", "enabled"], true);
    nodeFlags(here.items().flatMap(collector));
  },
  node_exporter_disabled_collectors: (here) => {
    for (const item of here.items()) item.next("nodeExporter", "collectors", "disable").put([], item.text);
  },
  node_exporter_textfile_dir: asText(["nodeExporter", "textfileDirectory"]),
};

/** Variables that are parts of prometheus.yml and alertmanager.yml -> where they are there. */
const PARTS: Readonly<Record<"prometheus" | "alertmanager", Readonly<Record<string, Path>>>> = {
  prometheus: {
    prometheus_global: ["global"],
    prometheus_scrape_configs: ["scrape_configs"],
    prometheus_alertmanager_config: ["alerting", "alertmanagers"],
    prometheus_alert_relabel_configs: ["alerting", "alert_relabel_configs"],
    prometheus_remote_write: ["remote_write"],
    prometheus_remote_read: ["remote_read"],
    prometheus_external_labels: ["global", "external_labels"],
  },
  alertmanager: {
    alertmanager_route: ["route"],
    alertmanager_receivers: ["receivers"],
    alertmanager_inhibit_rules: ["inhibit_rules"],
    alertmanager_time_intervals: ["time_intervals"],
    alertmanager_template_files: ["templates"],
    alertmanager_resolve_timeout: ["global", "resolve_timeout"],
    alertmanager_http_config: ["global", "http_config"],
    alertmanager_slack_api_url: ["global", "slack_api_url"],
    alertmanager_slack_api_url_file: ["global", "slack_api_url_file"],
    alertmanager_pagerduty_url: ["global", "pagerduty_url"],
    alertmanager_opsgenie_api_key: ["global", "opsgenie_api_key"],
    alertmanager_opsgenie_api_url: ["global", "opsgenie_api_url"],
    alertmanager_victorops_api_key: ["global", "victorops_api_key"],
    alertmanager_victorops_api_url: ["global", "victorops_api_url"],
    alertmanager_wechat_url: ["global", "wechat_api_url"],
    alertmanager_wechat_secret: ["global", "wechat_api_secret"],
    alertmanager_wechat_corp_id: ["global", "wechat_api_corp_id"],
  },
};

export function takeAnsible(given: Spot): void {
  const spot = new Spot(given.draft, evaluated(given), given.files);
  if (isRoq(spot.value)) {
    takeRoq(spot);
    takeAll(spot, HOST, needless);
    return;
  }
  takeAll(spot, { ...TABLE, ...inParts() }, (here) => {
    const ours = /^(prometheus|alertmanager|node_exporter)_/.test(here.key);
    if (ours && !NEEDLESS.test(here.key) && !isEmpty(here.value)) other(here);
  });
  if (Object.keys(spot.group).some((key) => key.startsWith("node_exporter_")))
    spot.put(["nodeExporter", "enabled"], true);
  for (const [program, take] of [
    ["alertmanager", takeAlertmanager],
    ["prometheus", takePrometheus],
  ] as const) {
    const source = assembled(spot.source, PARTS[program]);
    if (source !== undefined) take(new Spot(spot.draft, source, spot.files));
  }
}

function inParts(): Table {
  const names = [
    ...Object.keys(PARTS.prometheus),
    ...Object.keys(PARTS.alertmanager),
    "alertmanager_smtp",
    "prometheus_targets",
  ];
  return Object.fromEntries(names.map((name) => [name, needless]));
}

function other(here: Spot): void {
  if (/_version$/.test(here.key))
    here.change(
      "has another version here, one that is tested",
      "to keep yours, write image of the service",
      here.key,
    );
  else if (/_web_(listen_address|external_url)$/.test(here.key))
    here.change(
      "is an address of its own",
      "here all is behind the front: front.bind, front.port and front.publicUrl",
      here.key,
    );
  else unknown(here);
}

const isEmpty = (value: unknown): boolean =>
  value === "" ||
  (typeof value === "object" && value !== null && Object.values(value).every((one) => isEmpty(one)));

/**
 * The values without Ansible's templates: what is marked as raw is taken as it stands, what would have to be evaluated is
 * left out. Vaulted values are secrets that nobody here can read.
 */
function evaluated(given: Spot): Source {
  const walk = (value: unknown, spot: Spot): unknown => {
    if (typeof value === "string") return text(value, spot);
    if (Array.isArray(value))
      return value.map((item, index) => walk(item, spot.at(index))).filter((item) => item !== undefined);
    if (!isGroup(value)) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, walk(inner, spot.at(key))] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  };
  return { ...given.source, data: walk(given.value, given) };
}

function text(given: string, spot: Spot): string | undefined {
  const value = given.replace(/\{\{\s*(prometheus|alertmanager)_config_dir\s*\}\}/g, "/etc/$1");
  if (value.startsWith("$ANSIBLE_VAULT;")) return "<vaulted>";
  const raw = /\{%-?\s*raw\s*-?%\}([\s\S]*?)\{%-?\s*endraw\s*-?%\}/g;
  const outside = value.replace(raw, "");
  if (!/\{\{|\{%/.test(outside)) return value.replace(raw, "$1");
  if (
    /^(prometheus|alertmanager|node_exporter|ansible)_/.test(String(spot.from[0])) &&
    !NEEDLESS.test(String(spot.from[0]))
  )
    spot.leave("is a template of Ansible's", "write its value in the stack file");
  return undefined;
}

/** A configuration of the variables that are its parts; each keeps its line. */
function assembled(source: Source, parts: Readonly<Record<string, Path>>): Source | undefined {
  const variables = isGroup(source.data) ? source.data : {};
  const given = Object.entries(parts).filter(
    ([name]) => variables[name] !== undefined && !isEmpty(variables[name]),
  );
  const [program] = Object.values(parts).length > 10 ? ["alertmanager"] : ["prometheus"];
  const data: Record<string, unknown> = {};
  const smtp = program === "alertmanager" ? variables.alertmanager_smtp : undefined;
  if (isGroup(smtp) && !isEmpty(smtp))
    data.global = Object.fromEntries(Object.entries(smtp).map(([key, value]) => [`smtp_${key}`, value]));
  if (given.length === 0 && Object.keys(data).length === 0) return undefined;
  for (const [name, path] of given) place(data, path, variables[name]);
  if (program === "prometheus") placeTargets(data, variables.prometheus_targets);
  const at = (path: Path) => {
    const part = given.find(([, to]) => to.every((key, index) => path[index] === key));
    return source.at(part === undefined ? [] : [part[0], ...path.slice(part[1].length)]);
  };
  return { file: source.file, data, at };
}

/** The role writes each group of targets to a file, file_sd/NAME.yml, that a job names. */
function placeTargets(data: Record<string, unknown>, targets: unknown): void {
  if (!isGroup(targets) || !Array.isArray(data.scrape_configs)) return;
  data.scrape_configs = data.scrape_configs.map((job: unknown) => {
    if (!isGroup(job) || !Array.isArray(job.file_sd_configs)) return job;
    const names = Object.keys(targets).filter((name) =>
      JSON.stringify(job.file_sd_configs).includes(`/${name}.yml"`),
    );
    if (names.length === 0) return job;
    const { file_sd_configs: _files, ...rest } = job;
    return { ...rest, static_configs: names.flatMap((name) => targets[name]) };
  });
}

function place(data: Record<string, unknown>, [key, inner]: Path, value: unknown): void {
  if (key === undefined) return;
  if (inner === undefined)
    data[key] = isGroup(value) && isGroup(data[key]) ? { ...data[key], ...value } : value;
  else data[key] = { ...(isGroup(data[key]) ? data[key] : {}), [inner]: value };
}

/** The role puts them into one group. */
function alertRules(here: Spot): void {
  if (here.list.length === 0) return;
  const rules = { groups: [{ name: "ansible managed alert rules", rules: here.value }] };
  here
    .next("prometheus", "ruleFiles")
    .put([], here.files.write("rules", "ansible_managed.yml", yamlText(rules)));
}

function flags(here: Spot): void {
  for (const name of Object.keys(here.group)) {
    const { text: value } = here.at(name);
    if (name === "storage.tsdb.retention.time" || name === "storage.tsdb.retention")
      here.at(name).put(["retention", "time"], value);
    else if (name === "storage.tsdb.retention.size") here.at(name).put(["retention", "size"], value);
    else if (name === "enable-feature")
      for (const one of value.split(",")) here.at(name).next("features").put([], one);
    else here.at(name).leave("is an argument without a setting", "leave it out", `--${name}`);
  }
}

/** A collector's name, or a group of its options. */
function collector(item: Spot): Array<{ word: string; at: Spot }> {
  if (!isGroup(item.value)) return [{ word: `--collector.${item.text}`, at: item }];
  return Object.keys(item.group).flatMap((name) => [
    { word: `--collector.${name}`, at: item.at(name) },
    ...Object.entries(item.at(name).group).map(([option, value]) => ({
      word: `--collector.${name}.${option}=${String(value)}`,
      at: item.at(name, option),
    })),
  ]);
}

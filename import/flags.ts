// Arguments of the programs that a compose file starts.
import type { ComposeService } from "./composeService";
import type { Spot } from "./spot";

type Flag = (value: string, to: Spot) => void;

const as =
  (...setting: string[]): Flag =>
  (value, to) =>
    to.put(setting, value);

const urlOfTheFront: Flag = (value, to) =>
  to.change(
    "is the address for people",
    "write that of the front as front.publicUrl; the path is Podwatch's own",
    value,
  );

/** Where data and pages are inside a container is no setting. */
const PLACES =
  /^(config\.file|storage\.(tsdb\.)?path|web\.(console\.(libraries|templates)|listen-address|route-prefix|enable-lifecycle)|cluster\..*|path\..*)$/;

const PROMETHEUS: Readonly<Record<string, Flag>> = {
  "storage.tsdb.retention.time": as("retention", "time"),
  "storage.tsdb.retention": as("retention", "time"),
  "storage.tsdb.retention.size": as("retention", "size"),
  "enable-feature": (value, to) => {
    for (const feature of value.split(",")) to.next("features").put([], feature);
  },
  "web.external-url": urlOfTheFront,
};

const ALERTMANAGER: Readonly<Record<string, Flag>> = { "web.external-url": urlOfTheFront };

export function prometheusFlags(service: ComposeService): void {
  flags(service, PROMETHEUS, "prometheus");
}

export function alertmanagerFlags(service: ComposeService): void {
  flags(service, ALERTMANAGER, "alertmanager");
}

export function blackboxFlags(service: ComposeService): void {
  flags(service, {}, "blackboxExporter");
}

function flags(service: ComposeService, known: Readonly<Record<string, Flag>>, section: string): void {
  for (const { word, at } of joined(service.words)) {
    const [, name = "", value = "true"] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === "" || PLACES.test(name)) continue;
    const flag = Object.hasOwn(known, name) ? known[name] : undefined;
    if (flag !== undefined) flag(value.replace(/^(["'])(.*)\1$/, "$2"), at.below(section));
    // What is Podwatch's own is refused by the checks, with what stands for it.
    else at.below(section).next("arguments").put([], word.replace(/^--?/, "--"));
  }
}

/** A value may be a word of its own. */
function joined(words: ComposeService["words"]): ComposeService["words"] {
  return words.flatMap(({ word, at }, index) => {
    if (!word.startsWith("-")) return [];
    const next = words[index + 1]?.word ?? "-";
    return [{ word: word.includes("=") || next.startsWith("-") ? word : `${word}=${next}`, at }];
  });
}

/** Names of older versions of the node exporter. */
const RENAMED: Readonly<Record<string, string>> = {
  "collector.filesystem.ignored-mount-points": "collector.filesystem.mount-points-exclude",
  "collector.filesystem.ignored-fs-types": "collector.filesystem.fs-types-exclude",
  "collector.netclass.ignored-devices": "collector.netclass.device-exclude",
  "collector.netdev.device-blacklist": "collector.netdev.device-exclude",
  "collector.netdev.ignored-devices": "collector.netdev.device-exclude",
  "collector.diskstats.ignored-devices": "collector.diskstats.device-exclude",
  "collector.systemd.unit-whitelist": "collector.systemd.unit-include",
  "collector.systemd.unit-blacklist": "collector.systemd.unit-exclude",
};

export function nodeFlags(words: ReadonlyArray<{ word: string; at: Spot }>): void {
  for (const { word, at } of words) {
    const [, name = "", value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const to = at.below("nodeExporter");
    const [, off, collector] = /^(no-)?collector\.([a-z0-9_]+)$/.exec(name) ?? [];
    if (name === "" || PLACES.test(name) || name.startsWith("web.")) continue;
    if (collector !== undefined)
      to.next("collectors", off === undefined ? "enable" : "disable").put([], collector);
    else if (name === "collector.textfile.directory")
      at.change(
        "is the directory of text files",
        "write the host's own as nodeExporter.textfileDirectory",
        value ?? "",
      );
    else {
      const now = Object.hasOwn(RENAMED, name) ? RENAMED[name] : name;
      to.next("arguments").put([], value === undefined ? `--${now}` : `--${now}=${value}`);
    }
  }
}

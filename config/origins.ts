// Where each setting of a host comes from.
import { SECTIONS } from "../components/sections";
import type { Path } from "./problem";
import { grouped } from "./resolve/groups";
import { applies } from "./resolve/roles";
import { presetSections } from "./resolve/services";
import { type HostSettings, hostEntry } from "./schema";
import type { PresetName } from "./schema/presets";
import type { SectionName } from "./section";
import { child, core, isGroup, isTree, schemaAt, type Tree, valueAt } from "./walk";

/** A setting of a host, complete. */
export interface Origin {
  /** From its section down, such as `prometheus.retention.time`. */
  readonly setting: string;
  /** Secrets are masked. */
  readonly value: unknown;
  /** `default`, `preset NAME`, `stack`, `group NAME` or `host`; `groups` if none of the host's has the service. */
  readonly from: string;
}

const MASK = "[secret]";

/** @param given the stack file, which is valid */
export function originsOf(given: Tree, settings: HostSettings): Origin[] {
  const own = (isGroup(given.hosts) ? given.hosts[settings.name] : given.host) as Tree;
  const { layers, sound, services } = grouped({ path: [], sound: own }, given, () => {});
  const preset = (sound.preset ?? given.preset) as PresetName | undefined;
  const parts: ReadonlyArray<{ readonly from: string; readonly tree: Tree }> = [
    ...layers.map(({ path, sound: tree }) => ({
      from: path.length === 0 ? "host" : `group ${path[1]}`,
      tree,
    })),
    { from: "stack", tree: given },
    ...(preset === undefined ? [] : [{ from: `preset ${preset}`, tree: presetSections(preset) }]),
  ];
  const from = (path: Path) => parts.find(({ tree }) => valueAt(tree, path) !== undefined)?.from ?? "default";
  const labels = Object.entries(settings.labels).map(([label, value]) => ({
    setting: `labels.${label}`,
    value,
    from: from(["labels", label]),
  }));
  const sections = Object.keys(SECTIONS).flatMap((section): Origin[] => {
    const value = settings[section as keyof typeof SECTIONS];
    // Of what is switched off the rest is of no interest.
    if ((value as { enabled?: boolean }).enabled === false) {
      const placed = applies(services, section as SectionName);
      const why = placed ? from([section, "enabled"]) : "groups";
      return [{ setting: `${section}.enabled`, value: false, from: why }];
    }
    return settingsIn(value, [section]).map((path) => ({
      setting: path.join("."),
      value: masked(valueAt(settings, path), path),
      from: from(path),
    }));
  });
  return [...labels, ...sections];
}

/** Groups are walked through; a list is one setting, since it is replaced as a whole. */
function settingsIn(value: unknown, path: Path): Path[] {
  if (value === undefined) return [];
  if (!isGroup(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, inner]) => settingsIn(inner, [...path, key]));
}

function masked(value: unknown, path: Path): unknown {
  const schema = schemaAt(hostEntry, path);
  return schema === undefined ? value : withoutSecrets(value, schema);
}

function withoutSecrets(value: unknown, schema: Parameters<typeof child>[0] | undefined): unknown {
  if (schema === undefined) return value;
  if (core(schema).secret) return MASK;
  if (!isTree(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutSecrets(item, child(schema, index)));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, child(schema, key))]),
  );
}

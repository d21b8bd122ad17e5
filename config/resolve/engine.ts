// Settings that require what not every engine can do.
import type { Capabilities, Engine } from "../../engines/engine";
import { isLoopback } from "../../lib/address";
import { type Path, quote, type Report } from "../problem";
import { stack } from "../schema";
import type { PresetName } from "../schema/presets";
import { isGroup, leaves, type Tree, valueAt } from "../walk";
import type { Layered } from "./locate";
import { presetSections } from "./services";

interface Requirement {
  /** What the settings ask of the engine. */
  readonly what: string;
  readonly instead: string;
  /** The settings in a tree of settings: a stack's, a host's entry, or a preset's. */
  find(settings: Tree): Path[];
}

/** What settings require. None requires `reload` or `rollBack`: without them a change restarts a service, or has to be undone by hand. */
const REQUIREMENTS: Readonly<Partial<Record<keyof Capabilities, Requirement>>> = {
  rootless: {
    what: "needs rootless containers",
    instead: "remove it",
    find: ({ become }) => (become === false ? [["become"]] : []),
  },
  build: {
    what: "needs an image that is built on the host",
    instead: "write the name of an image",
    find: (settings) => ofSections(settings, ["image"]).filter((path) => isGroup(valueAt(settings, path))),
  },
  quadlet: {
    what: "needs a Quadlet unit",
    instead: "remove it",
    find: (settings) => ofSections(settings, ["quadlet"]),
  },
  mounts: {
    what: "needs files of your own in the container",
    instead: "remove it",
    find: (settings) => ["files", "volumes"].flatMap((name) => ofSections(settings, [name])),
  },
  mountOptions: {
    what: "needs an option of a volume that is more than ro, rw, z and how mounts are shared",
    instead: "remove it",
    find: (settings) =>
      ofSections(settings, ["volumes"]).flatMap((path) =>
        [valueAt(settings, path)].flat().flatMap((volume, index) => {
          const [, , options = ""] = String(volume).split(":");
          return options.split(",").some((option) => MOUNT_OPTION.test(option)) ? [[...path, index]] : [];
        }),
      ),
  },
  secretEnvironment: {
    what: "needs secrets as environment variables",
    instead: "remove it",
    find: (settings) =>
      ofSections(settings, ["secretEnvironment"]).concat(
        [["front", "tls", "acme", "accountBinding"]].filter((path) => valueAt(settings, path) !== undefined),
      ),
  },
  disks: {
    what: "needs volumes of the engine on disks that are mounted here",
    instead: "remove it, and put the directory of the engine onto a disk yourself",
    find: (settings) =>
      isGroup(valueAt(settings, ["storage", "disks"])) &&
      Object.keys(valueAt(settings, ["storage", "disks"]) as Tree).length > 0
        ? [["storage", "disks"]]
        : [],
  },
  limits: {
    what: "needs limits of memory and processor time",
    instead: "remove it",
    find: (settings) => ofSections(settings, ["resources"]),
  },
  confine: {
    what: "needs a container that can reach Apache and nothing else",
    instead: "remove it",
    find: ({ apache }) => ((apache as Tree | undefined)?.enabled === true ? [["apache", "enabled"]] : []),
  },
  hostServices: {
    what: "needs services, files or sockets on the host itself",
    instead: "remove it",
    find: (settings) => [
      ...HOST_SERVICES.filter((path) => isWanted(valueAt(settings, path))),
      ...directories(settings),
    ],
  },
  serving: {
    what: "needs ports that others than the host itself can reach",
    instead: "write 127.0.0.1",
    find: (settings) =>
      BINDS.filter((path) => {
        const bind = valueAt(settings, path);
        return typeof bind === "string" && !isLoopback(bind);
      }),
  },
  check: {
    what: "needs a check of the files before they go live",
    instead: "remove it, and run the tests in your pipeline",
    find: (settings) => ofSections(settings, ["ruleTests"]),
  },
  secretFiles: {
    what: "needs secrets as files in the container",
    instead: "remove it",
    find: (settings) =>
      leaves(stack, settings).flatMap(({ path, secret }) => (secret && path.length > 1 ? [path] : [])),
  },
};

const MOUNT_OPTION = /^(no)?(exec|suid|dev)$/;

const HOST_SERVICES: readonly Path[] = [
  ["nodeExporter", "enabled"],
  ["gateways", "enabled"],
  ["firewall"],
  ["ssh"],
  ["accounts"],
  ["time"],
  ["backup"],
  ["engine", "install"],
  ["front", "tls", "acme"],
  ["prometheus", "import"],
];

/** Where services that are published listen. */
const BINDS: readonly Path[] = [
  ["front", "bind"],
  ["telegraf", "listen", "bind"],
];

/** Those of the host with files of targets. */
function directories(settings: Tree): Path[] {
  const jobs = valueAt(settings, ["prometheus", "discovery"]);
  const paths = (Array.isArray(jobs) ? jobs : []).map((_, index) => [
    "prometheus",
    "discovery",
    index,
    "file",
    "directory",
  ]);
  return paths.filter((path) => valueAt(settings, path) !== undefined);
}

function isWanted(value: unknown): boolean {
  return value !== undefined && value !== false && !(isGroup(value) && value.enabled === false);
}

interface WithEngine extends Layered {
  readonly engine: Engine;
}

/** Refuses what the engine of a host cannot do, by the name of each setting that requires it. */
export function checkEngines(sound: Tree, hosts: readonly WithEngine[], report: Report): void {
  const told = new Set<string>();
  const once: Report = (path, text) => {
    const problem = JSON.stringify([path, text]);
    if (!told.has(problem)) report(path, text);
    told.add(problem);
  };
  for (const engine of new Set(hosts.map((host) => host.engine))) {
    const its = hosts.filter((host) => host.engine === engine);
    checkEngine(engine, [{ settings: ofStack(sound), path: [] }, ...its.flatMap(layersOf)], once);
  }
}

interface Place {
  readonly settings: Tree;
  readonly path: Path;
}

function checkEngine(engine: Engine, places: readonly Place[], report: Report): void {
  for (const [capability, { what, instead, find }] of Object.entries(REQUIREMENTS)) {
    if (engine.can[capability as keyof Capabilities]) continue;
    const cannot = `${what}, which the engine ${engine.name} does not support; ${instead}, or choose another engine`;
    for (const { settings, path } of places) {
      for (const inner of find(settings)) report([...path, ...inner], cannot);
      const preset = settings.preset as PresetName | undefined;
      if (preset !== undefined && find(presetSections(preset)).length > 0)
        report([...path, "preset"], `${quote(preset)} ${cannot}`);
    }
  }
}

function ofStack({ host: _, hosts: __, groups: ___, ...sections }: Tree): Tree {
  return sections;
}

function layersOf({ layers }: Layered): Place[] {
  return layers.map(({ sound, path }) => ({ settings: sound, path }));
}

/** A setting in all sections that set it. */
function ofSections(settings: Tree, inner: Path): Path[] {
  return Object.keys(settings)
    .map((section) => [section, ...inner])
    .filter((path) => valueAt(settings, path) !== undefined);
}

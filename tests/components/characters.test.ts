// Whatever characters a stack file may hold reach the host as they are.
import { parse as parseYaml } from "yaml";
import { MonitoringStack } from "../../components/monitoringStack";
import { parse } from "../../config/parse";
import { format, type Path, show } from "../../config/problem";
import { isTree, type Tree, valueAt } from "../../config/walk";
import { context } from "../config/support";
import { splitCommand } from "../engines/systemd";
import { everySection, filesBeside, SECTIONS_WITH_SECRETS } from "./everything";
import { parseBundle } from "./expected";
import { deploy, Secret } from "./mocks";
import { login, settingsOf } from "./stackFile";

const files = filesBeside();
const raw: Tree = { ...everySection(), host: login };
const world = context({
  files,
  secretKeys: SECTIONS_WITH_SECRETS,
});

/** What shells, units, YAML, templates and NGINX take for their own, and what is not ASCII. */
const ODD = ["\"'", "\\n%h", "$(id)", "{{x}}", "# : ", "*!", "\n\t", "é😀\u200d"];

// What stands behind a host key is a comment, which nobody needs; of passwords for the front, only hashes are handed over; checks, and the
// reason for an open front, are for people here; in names of what a discovery knows, Prometheus has _ for what is no letter.
const paths = textsOf(raw).filter(
  (path) =>
    path.at(-1) !== "hostKey" &&
    path[0] !== "checks" &&
    path.at(-1) !== "insecure" &&
    !path.includes("labelsFrom") &&
    !(path[1] === "auth" && ["password", "token"].includes(String(path.at(-1)))),
);

// All settings that take the text have it in one deployment, each between marks of its own.
test.each(ODD)("%j", async (odd) => {
  const { given, marked } = everywhere(odd);
  expect(marked.size).toBeGreaterThan(10);
  const { resources } = await deploy(() => new MonitoringStack("podwatch", settingsOf(given, files)));
  const found = resources.flatMap(({ inputs }) => textsIn(inputs)).join("\n");
  const lost = [...marked].filter(([, mark]) => !found.includes(mark)).map(([path]) => show(path));
  expect(lost).toEqual([]);
});

/** The stack file with a text at the end of every setting that takes it, by what it was marked with. */
function everywhere(odd: string): { given: Tree; marked: Map<Path, string> } {
  const marked = new Map(paths.map((path, index) => [path, `q${index}${odd}${index}q`]));
  for (;;) {
    const given = structuredClone(raw);
    for (const [path, mark] of marked) {
      const [holder, key] = [valueAt(given, path.slice(0, -1)) as Tree, path.at(-1) ?? ""];
      holder[key] = `${holder[key]}${mark}`;
    }
    const parsed = parse(given, world);
    if (!("problems" in parsed)) return { given, marked };
    const refused = [...marked.keys()].filter((path) =>
      parsed.problems.some((problem) => show(path).startsWith(show(problem.path))),
    );
    if (refused.length === 0) throw new Error(parsed.problems.map(format).join("\n"));
    for (const path of refused) marked.delete(path);
  }
}

/** All that is handed over, and what those who read it make of it. */
function textsIn(value: unknown): string[] {
  if (value instanceof Secret) return textsIn(value.value);
  if (typeof value !== "string")
    return isTree(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]) : [];
  const [, configuration] = /(?:^|\n)podwatch-secret \d+\n(# Managed by Podwatch.*)$/s.exec(value) ?? [];
  if (configuration !== undefined) return read([".yml", configuration]);
  if (!value.startsWith("podwatch-bundle ")) return [value];
  const { headers, parts } = parseBundle(value);
  return [...headers, ...Object.entries(parts).flatMap(read)];
}

function read([path, text]: [string, string]): string[] {
  if (path.endsWith(".json")) return textsIn(JSON.parse(text));
  // In a replacement, Prometheus takes two for one.
  if (/\.ya?ml$/.test(path))
    return textsIn(parseYaml(text))
      .flatMap((value) => [value, ...inQuotes(value)])
      .map((value) => value.replaceAll("$$", "$"));
  if (/(\.(toml|js)|\/telegraf\.conf)$/.test(path)) return inQuotes(text);
  // Keys under `quadlet` are systemd's own words; of the variables only those under `environment` are not.
  const quoted = /^(?:ExecStart|Exec|Environment)=(.*)$/gm;
  const commands = [...text.matchAll(quoted)]
    .filter(([entry]) => !entry.startsWith("Environment=") || /NOTE|GOGC|INFLUXDB_/.test(entry))
    .flatMap(([, line = ""]) => splitCommand(line));
  return [text, ...commands];
}

/** Texts of TOML, of scripts and of PromQL are written as in JSON. */
function inQuotes(text: string): string[] {
  return [...text.matchAll(/"(?:[^"\\\n]|\\.)*"/g)].flatMap(([one]) => {
    try {
      return [String(JSON.parse(one))];
    } catch {
      return [];
    }
  });
}

/** Where texts stand. */
function textsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === "string") return [path];
  if (!isTree(value)) return [];
  const key = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, [...path, key(name)]));
}

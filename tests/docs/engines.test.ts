// The tables of docs/engines.md say what the engines say of themselves, and what tests have shown.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { docker } from "../../engines/docker/engine";
import { dockerApi } from "../../engines/docker-api/engine";
import type { Capabilities } from "../../engines/engine";
import { podman } from "../../engines/podman/engine";
import {
  ENGINES as COLUMNS,
  cells,
  NOT_SHOWN,
  PROMISES as PROMISED,
  type Promised,
} from "../integration/support/promises";
import { root } from "./markdown";

const ENGINES = [podman, docker, dockerApi];

/** Capabilities that are promises, which tests show. */
const SHOWN: Readonly<Partial<Record<keyof Capabilities, Promised>>> = {
  check: "check",
  reload: "reload",
  rollBack: "rollBack",
  secretFiles: "secret",
};

/** What each other one is told by, by the beginning of its row. */
const PROMISES: Readonly<Partial<Record<keyof Capabilities, string>>> = {
  rootless: "containers of the login user",
  build: "images are built",
  quadlet: "keys for the unit",
  mounts: "files and volumes of your own",
  mountOptions: "their options",
  secretEnvironment: "secrets as environment variables",
  disks: "data on disks",
  limits: "limits",
  confine: "exporters that may connect",
  hostServices: "node exporter,",
  serving: "others than the host itself",
};

const page = readFileSync(join(root, "docs/engines.md"), "utf8");

const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test("each engine has a column", () => {
  const heads = rows.find(([first]) => first?.startsWith("setting"));
  expect(heads?.slice(1)).toEqual(ENGINES.map(({ name }) => name));
});

test("each capability is told", () => {
  expect(new Set([...Object.keys(SHOWN), ...Object.keys(PROMISES)])).toEqual(
    new Set(Object.keys(podman.can)),
  );
});

test.each(Object.entries(PROMISES))("%s is told as the engines have it", (capability, promise) => {
  const found = rows.filter(([first = ""]) => first.startsWith(promise));
  expect(found).toHaveLength(1);
  expect(found[0]?.slice(1).map((cell) => /^(yes|no)\b/.exec(cell)?.[1])).toEqual(
    ENGINES.map(({ can }) => (can[capability as keyof Capabilities] ? "yes" : "no")),
  );
});

test.each(Object.entries(SHOWN))("%s is shown as the engines have it", (capability, promise) => {
  const told = ENGINES.map(({ name }) => cells(page)[`${name}: ${promise}`] ?? "");
  const has = ENGINES.map(({ can }) => (can[capability as keyof Capabilities] ? "yes" : "no"));
  expect(told.map((cell) => /^(yes|no)\b/.exec(cell)?.[1] ?? cell)).toEqual(
    has.map((yes, index) => (told[index] === NOT_SHOWN ? NOT_SHOWN : yes)),
  );
});

/** What the integration tests declare that they show, with the call that does. */
function declared(): Array<{ cell: string; told: string; shown: boolean }> {
  const directory = join(root, "tests/integration");
  return readdirSync(directory)
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => {
      const source = readFileSync(join(directory, file), "utf8");
      const calls = source.matchAll(/^const (\w+) = promises\("([^"]+)", \{([^}]*)\}\);$/gm);
      return [...calls].flatMap(([, name = "", engine = "", told = ""]) =>
        [...told.matchAll(/(\w+): "([^"]+)"/g)].map(([, promise = "", text = ""]) => ({
          cell: `${engine}: ${promise}`,
          told: text,
          shown: source.includes(`${name}("${promise}");`),
        })),
      );
    });
}

test("each cell of the table of promises says what the one test of it says, or that it was not shown", () => {
  const all = declared();
  expect(all.filter(({ shown }) => !shown)).toEqual([]);
  expect(all.map(({ cell }) => cell)).toEqual([...new Set(all.map(({ cell }) => cell))]);
  const told = Object.fromEntries(all.map(({ cell, told }) => [cell, told]));
  const found = Object.entries(cells(page));
  expect(found).toHaveLength(COLUMNS.length * Object.keys(PROMISED).length);
  expect(found.filter(([cell, text]) => text !== NOT_SHOWN && text !== told[cell])).toEqual([]);
  expect(Object.keys(told).filter((cell) => !found.some(([name]) => name === cell))).toEqual([]);
});

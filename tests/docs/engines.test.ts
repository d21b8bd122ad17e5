// The table of docs/engines.md says what the engines say of themselves.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { docker } from "../../engines/docker/engine";
import { dockerApi } from "../../engines/docker-api/engine";
import type { Capabilities } from "../../engines/engine";
import { podman } from "../../engines/podman/engine";
import { root } from "./markdown";

const ENGINES = [podman, docker, dockerApi];

/** What each promise depends on, by the beginning of its row. */
const PROMISES: Readonly<Record<keyof Capabilities, string>> = {
  check: "files are checked before",
  reload: "changed files are taken in by a reload",
  rollBack: "a release that does not come up",
  secretFiles: "secrets are files",
  rootless: "rootless",
  build: "images are built",
  quadlet: "keys for the unit",
  mounts: "files and volumes of your own",
  secretEnvironment: "secrets as environment variables",
  disks: "data on disks",
  limits: "limits",
  confine: "exporters that may connect",
  hostServices: "node exporter,",
  serving: "others than the host itself",
};

const rows = readFileSync(join(root, "docs/engines.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test("each engine has a column", () => {
  expect(rows[0]).toEqual(["promise", ...ENGINES.map(({ name }) => name)]);
});

test.each(Object.entries(PROMISES))("%s is told as the engines have it", (capability, promise) => {
  const found = rows.filter(([first = ""]) => first.startsWith(promise));
  expect(found).toHaveLength(1);
  expect(found[0]?.slice(1).map((cell) => /^(yes|no)\b/.exec(cell)?.[1])).toEqual(
    ENGINES.map(({ can }) => (can[capability as keyof Capabilities] ? "yes" : "no")),
  );
});

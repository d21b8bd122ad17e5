// The recipes of the lab's images fit versions.json and each other.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");
const recipes = join(repository, "lab/images");
const { images } = JSON.parse(readFileSync(join(repository, "versions.json"), "utf8")) as {
  images: Record<string, string>;
};

/** What a shell function of lib/common.sh prints, in this repository or a copy of it. */
function common(call: string, root = repository): string {
  const script = `set -euo pipefail; . ${JSON.stringify(join(root, "lab/images/lib/common.sh"))}; ${call}`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" });
}

test("every image of versions.json is listed with its repository and tag", () => {
  const listed = common("list_images").trim().split("\n");
  expect(listed).toHaveLength(Object.keys(images).length);
  for (const line of listed) {
    const [name = "", path, tag] = line.split(" ");
    expect(`docker.io/${path}:${tag}`).toBe(images[name]?.replace(/@.*/, ""));
  }
});

describe.each(Object.keys(images))("recipe of %s", (name) => {
  const folder = join(recipes, name);
  const recipe = JSON.parse(readFileSync(join(folder, "image.json"), "utf8")) as Record<string, unknown>;

  test("has only known fields, and layers that are there", () => {
    const unknown = Object.keys(recipe).filter(
      (key) => !["layers", "package", "description", "config"].includes(key),
    );
    expect(unknown).toEqual([]);
    const layers = recipe.layers as string[];
    // An image of nothing but a program stands on no layer at all.
    expect(["base", undefined]).toContain(layers[0]);
    for (const layer of layers) expect(readdirSync(join(recipes, "layers"))).toContain(layer);
  });

  test("says what it is made from: a package it installs, or a description of the stand-in", () => {
    if (typeof recipe.package === "string") {
      const list = join(folder, "packages");
      const packages = existsSync(list) ? readFileSync(list, "utf8").split("\n") : [recipe.package];
      expect(packages).toContain(recipe.package);
    } else {
      expect(recipe.description).toMatch(/^Stand-in for |, built from its Go module /);
    }
  });

  test("has no arrange script, or one that is run", () => {
    const arrange = join(folder, "arrange");
    if (existsSync(arrange)) expect(statSync(arrange).mode & 0o111).not.toBe(0);
  });
});

describe("the hash of a recipe", () => {
  let copy: string;

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "podwatch-recipes-"));
    for (const input of ["grafana", "gobuild"]) mkdirSync(join(copy, "lab", input), { recursive: true });
    cpSync(recipes, join(copy, "lab/images"), { recursive: true });
    cpSync(join(repository, "versions.json"), join(copy, "versions.json"));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  const hashes = () =>
    ["prometheus", "nginx", "grafana"].map((name) => common(`recipe_hash ${name}`, copy).trim());

  test("is the same in every checkout", () => {
    expect(common("recipe_hash nginx", copy)).toBe(common("recipe_hash nginx"));
  });

  test.each([
    ["its own folder", "lab/images/nginx/packages", [false, true, false]],
    ["a shared layer", "lab/images/layers/base/packages", [true, true, true]],
    ["the builder", "lab/images/build", [true, true, true]],
    [
      "the registry's script, which is no part of an image",
      "lab/images/lib/registry.sh",
      [false, false, false],
    ],
    ["a further input", "lab/grafana/main.go", [false, false, true]],
  ])("changes with %s and only then", (_what, path, expected) => {
    const before = hashes();
    writeFileSync(join(copy, path), "# changed\n", { flag: "a" });
    expect(hashes().map((hash, index) => hash !== before[index])).toEqual(expected);
  });

  test("changes with the image's tag", () => {
    const before = hashes();
    const versions = readFileSync(join(copy, "versions.json"), "utf8");
    writeFileSync(join(copy, "versions.json"), versions.replace(/(nginx:[\d.]+)/, "$1-x"));
    expect(hashes().map((hash, index) => hash !== before[index])).toEqual([false, true, false]);
  });
});

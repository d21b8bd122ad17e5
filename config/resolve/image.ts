// Images that hosts build: reads their files, and derives their names from the content.
import { createHash } from "node:crypto";
import { sorted } from "../../lib/sorted";
import type { Context } from "../context";
import { type Path, quote, type Report } from "../problem";
import { builtImage, type ImageBuild } from "../schema/image";
import { settle } from "../shape";
import { isGroup, type Tree } from "../walk";
import { basesOf } from "./containerfile";
import { readText, shippedFiles } from "./files";

/** Bundles must be small, since the state contains them. */
const MOST_CHARACTERS = 262_144;

/** The section, with the name of an image that the host builds, if any, which is added to `builds`. */
export function resolveImage(
  section: Tree,
  name: string,
  locate: (inner: Path) => Path,
  builds: Record<string, ImageBuild>,
  context: Context,
  report: Report,
): Tree {
  const { image, ...others } = section;
  if (!isGroup(image)) return section;
  const build = readBuild(image, locate, context, report);
  if (build === undefined) return others;
  return { ...others, image: builtReference(name, build, builds) };
}

/** The name of an image that the host builds, which is added to `builds`. */
export function builtReference(name: string, build: ImageBuild, builds: Record<string, ImageBuild>): string {
  const reference = `localhost/podwatch-${name}:${digest(build)}`;
  builds[reference] = build;
  return reference;
}

function readBuild(
  image: Tree,
  locate: (inner: Path) => Path,
  context: Context,
  report: Report,
): ImageBuild | undefined {
  const given = settle(builtImage, image);
  if (given === undefined) return undefined;
  const at = locate(["image", "containerfile"]);
  const reject = (text: string) => report(at, `${quote(given.containerfile)} ${text}`);
  const pathOf = (index: number) => locate(["image", "context", index]);
  const files = shippedFiles(
    given.context,
    { what: "a file of the context", flat: true, check: () => undefined },
    pathOf,
    context,
    report,
  );
  const read = readText(given.containerfile, "a Containerfile", context);
  if ("message" in read) {
    reject(read.message);
    return undefined;
  }
  const containerfile = read.text;
  const found = basesOf(containerfile, given.args);
  const messages = "messages" in found ? found.messages : [];
  for (const message of messages) reject(message);
  const size = files.reduce((sum, { content }) => sum + content.length, containerfile.length);
  if (size > MOST_CHARACTERS) {
    report(
      locate(["image"]),
      `takes ${size} characters with its files, and the limit is ${MOST_CHARACTERS}; let the Containerfile download large files`,
    );
  }
  if ("messages" in found) return undefined;
  return {
    containerfile,
    files: Object.fromEntries(files.map(({ name, content }) => [name, content])),
    args: given.args,
    bases: [...found.bases],
  };
}

function digest({ containerfile, files, args }: ImageBuild): string {
  const content = JSON.stringify([containerfile, sorted(files), sorted(args)]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

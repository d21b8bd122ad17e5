// The base images of a Containerfile. podman checks the rest, on the host.
import { quote } from "../problem";
import { isImage } from "../schema/words";

export type Bases = { readonly bases: readonly string[] } | { readonly messages: readonly string[] };

/** The base images of a Containerfile, or their problem; `args` as given in the stack file. */
export function basesOf(containerfile: string, args: Readonly<Record<string, string>>): Bases {
  const values: Record<string, string> = {};
  const declared = new Set<string>();
  const stages = new Set<string>(["scratch"]);
  const named: string[] = [];
  let froms = 0;
  for (const [name, rest] of instructions(containerfile)) {
    if (name === "ARG") {
      const [, key = "", , standard] = /^(\w+)(=(.*))?$/.exec(rest) ?? [];
      declared.add(key);
      const value = args[key] ?? standard?.replace(/^(["'])(.*)\1$/, "$2");
      // Only those before the first FROM apply to a FROM.
      if (froms === 0 && value !== undefined) values[key] = value;
    } else if (name === "FROM") {
      froms += 1;
      const [image = "", as, stage] = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      named.push(image);
      if (as?.toUpperCase() === "AS" && stage !== undefined) stages.add(stage.toLowerCase());
    } else {
      const from = name === "RUN" ? /(?:^|\s)--mount=\S*\bfrom=([^\s,]+)/g : /(?:^|\s)--from=(\S+)/g;
      named.push(...[...rest.matchAll(from)].map(([, image = ""]) => image));
    }
  }
  const images = named
    .filter((word) => !stages.has(word.toLowerCase()) && !/^\d+$/.test(word))
    .map((word) => fill(word, values));
  const messages = [
    ...(froms === 0 ? ["has no FROM; write what the image is made from"] : []),
    ...images.filter((word) => !isImage(word)).map(notPinned),
    ...Object.keys(args)
      .filter((key) => !declared.has(key))
      .map((key) => `has no ARG ${key}, which args sets; write it, or remove the argument`),
  ];
  return messages.length > 0 ? { messages } : { bases: [...new Set(images)].sort() };
}

function notPinned(image: string): string {
  return image.includes("$")
    ? `is made from ${quote(image)}, whose value is not known; give its ARG a value before the first FROM, or under args`
    : `is made from ${quote(image)}, which is not a pinned image; write registry/name:tag with a fixed tag (not latest) or registry/name@sha256:digest`;
}

/** Instructions in upper case with their arguments, without comments, continued lines joined. */
function instructions(text: string): Array<[string, string]> {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replaceAll(/\\[ \t]*\n/g, " ")
    .split("\n");
  return lines.flatMap((line): Array<[string, string]> => {
    const [, name, rest = ""] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name.toUpperCase(), rest]];
  });
}

function fill(word: string, values: Readonly<Record<string, string>>): string {
  return word.replaceAll(
    /\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)/g,
    (whole, braced, otherwise, plain) => values[braced ?? plain] ?? otherwise ?? whole,
  );
}

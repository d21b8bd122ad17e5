// The user's snippet in the front's server block. NGINX itself checks the syntax, on the host; this finds directives that
// NGINX accepts although they would disable built-in locations.
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { refuseSnippetSecrets } from "./snippetSecrets.resolve";

/** Directives of a server block that act before a location is selected, or change the server itself. */
const serverWide: Readonly<Record<string, string>> = {
  return: "answers every request, also those for Grafana and Prometheus; write it inside a location",
  rewrite: "acts on every request, also those for Grafana and Prometheus; write it inside a location",
  if: "acts on every request, also those for Grafana and Prometheus; write it inside a location",
  break: "acts on every request, also those for Grafana and Prometheus; write it inside a location",
  listen: "would open another port inside the container; use the settings bind and port of podwatch:front",
  server_name: "has no effect with a single server; remove it",
  root: "is the front's own, for the start page; write it inside a location",
  include: "inserts text that cannot be checked here; write the text itself",
  error_page: "acts on every location; write it inside a location",
};

/** @param builtIn paths that the front answers itself, with everything below */
export function checkSnippet(text: string, builtIn: readonly string[], locate: Locate, report: Report): void {
  const path = locate(["snippet"]);
  const directives = parse(text);
  if ("message" in directives) {
    report(path, directives.message);
    return;
  }
  const all = directives.found.map(({ words }) => words);
  refuseSnippetSecrets(all, path, locate(["secrets"]), report);
  const outside = directives.found.filter(({ depth }) => depth === 0).map(({ words }) => words);
  for (const [name = "", ...args] of outside) {
    const reason = Object.hasOwn(serverWide, name) ? serverWide[name] : undefined;
    if (reason !== undefined) report(path, `${quote(name)} ${reason}`);
    const hidden = name === "location" ? shadowed(args, builtIn) : undefined;
    if (hidden !== undefined) {
      report(
        path,
        `${quote(["location", ...args].join(" "))} would hide a part of ${hidden}, which the front answers itself; write another path`,
      );
    }
  }
}

/** The built-in path whose requests a location would get; patterns come after all built-in ones, see the template. */
function shadowed(args: readonly string[], builtIn: readonly string[]): string | undefined {
  const [first = "", second] = args;
  if (first.startsWith("~") || first.startsWith("@")) return undefined;
  const path = second ?? first.replace(/^(=|\^~)/, "");
  const plain = path.replaceAll(/\/{2,}/g, "/");
  if (plain === "/" || plain === "/index.html") return "the start page";
  return builtIn.find((own) => plain === own || plain.startsWith(`${own}/`));
}

interface Directive {
  readonly words: readonly string[];
  /** Nesting depth of braces. */
  readonly depth: number;
}

type Directives = { readonly found: readonly Directive[] } | { readonly message: string };

function parse(text: string): Directives {
  const found: Directive[] = [];
  let words: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (token.startsWith("#")) continue;
    if (token === "{" || token === ";") {
      found.push({ words, depth });
      words = [];
      if (token === "{") depth += 1;
    } else if (token === "}") {
      words = [];
      depth -= 1;
      if (depth < 0) return { message: 'has a "}" too many, which would end the server block; remove it' };
    } else {
      words.push(token.replace(/^(["'])([\s\S]*)\1$/, "$2"));
    }
  }
  if (depth > 0) return { message: 'has a "{" that is not closed; add the "}"' };
  if (words.length > 0) return { message: `ends in the middle of ${quote(words.join(" "))}; add the ";"` };
  return { found };
}

/** Comments, quoted words, braces and semicolons, and words, in which `${name}` and `\x` hide the special characters. */
const tokens =
  /#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[{};]|(?:\\[\s\S]|\$\{[^}\s]*\}|[^\s{};])+/g;

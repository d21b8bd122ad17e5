import Mustache from "mustache";
import { readAsset } from "./assets";

/** Values for a template: text, switches and lists of the same. */
export type View = { readonly [name: string]: string | number | boolean | View | readonly View[] };

/**
 * Renders `templates/<path>`. A name that is in the template but not in the view is an error, and so is
 * a name in the view that the template does not use.
 *
 * Files ending in `.html.mustache` are HTML and escape inserted values; all others insert them verbatim.
 */
export function renderTemplate(path: string, view: View): string {
  const template = readTemplate(path);
  const tokens = Mustache.parse(template) as Token[];
  checkValues(tokens, [view], path);
  const used = new Set(names(tokens));
  for (const name of Object.keys(view)) {
    if (!used.has(name)) {
      throw new Error(`templates/${path} does not use ${JSON.stringify(name)}`);
    }
  }
  return Mustache.render(
    template,
    view,
    {},
    { escape: path.endsWith(".html.mustache") ? escapeHtml : String },
  );
}

/** Reads `templates/<path>` verbatim: scripts, rules and other files whose braces are not Mustache. */
export function readTemplate(path: string): string {
  return readAsset(`templates/${path}`);
}

type Token = [kind: string, value: string, start: number, end: number, children?: Token[]];

function checkValues(tokens: readonly Token[], scopes: readonly View[], path: string): void {
  for (const [kind, name, , , children = []] of tokens.filter(isName)) {
    const value = scopes.find((scope) => name in scope)?.[name];
    if (value === undefined) {
      throw new Error(`templates/${path} needs a value for ${JSON.stringify(name)}`);
    }
    if (kind === "#" && value !== false) {
      for (const item of Array.isArray(value) ? value : [value]) {
        checkValues(children, typeof item === "object" ? [item, ...scopes] : scopes, path);
      }
    }
    if (kind === "^" && (value === false || (Array.isArray(value) && value.length === 0))) {
      checkValues(children, scopes, path);
    }
  }
}

function names(tokens: readonly Token[]): string[] {
  return tokens.filter(isName).flatMap(([, name, , , children = []]) => [name, ...names(children)]);
}

function isName([kind]: Token): boolean {
  return kind !== "text" && kind !== "!";
}

/** Like Mustache's, but does not escape slashes, so links stay readable. */
function escapeHtml(value: unknown): string {
  return Mustache.escape(String(value)).replaceAll("&#x2F;", "/");
}

// Templates are read from templates/; the ones here exist only for the test.
import fc from "fast-check";
import { renderTemplate } from "../../lib/template";
import { line } from "./arbitraries";

const TEMPLATES: Readonly<Record<string, string>> = {
  "plain.conf.mustache": "name {{name}};\n",
  "page.html.mustache": '<p title="{{name}}">{{name}}</p>\n',
  "list.conf.mustache":
    "{{#items}}\n- {{name}} of {{owner}}\n{{/items}}\n{{^items}}\nnone of {{owner}}\n{{/items}}\n",
  "switch.conf.mustache": "{{#on}}\nuses {{name}}\n{{/on}}\n",
};

jest.mock("node:fs", () => {
  const real = jest.requireActual<typeof import("node:fs")>("node:fs");
  return {
    ...real,
    readFileSync: (path: string, encoding: BufferEncoding) => {
      const name = Object.keys(TEMPLATES).find((template) => path.endsWith(`/templates/${template}`));
      return name === undefined ? real.readFileSync(path, encoding) : TEMPLATES[name];
    },
  };
});

test("values are inserted verbatim into plain files", () => {
  fc.assert(
    fc.property(line, (name) => {
      expect(renderTemplate("plain.conf.mustache", { name })).toBe(`name ${name};\n`);
    }),
  );
});

test("values inserted into HTML cannot become markup", () => {
  fc.assert(
    fc.property(line, (name) => {
      const page = renderTemplate("page.html.mustache", { name });
      const [, title, text] = /^<p title="([^"<>]*)">([^<>]*)<\/p>\n$/.exec(page) ?? [];
      expect([unescaped(title), unescaped(text)]).toEqual([name, name]);
    }),
  );
});

test("lists and switches are rendered item by item, and seen through to the names around them", () => {
  const list = (items: object[]) =>
    renderTemplate("list.conf.mustache", { items: items as { name: string }[], owner: "me" });
  expect(list([{ name: "a" }, { name: "b" }])).toBe("- a of me\n- b of me\n");
  expect(list([])).toBe("none of me\n");
  expect(renderTemplate("switch.conf.mustache", { on: true, name: "x" })).toBe("uses x\n");
  expect(renderTemplate("switch.conf.mustache", { on: false, name: "x" })).toBe("");
});

test("a name without a value is an error, not a gap", () => {
  expect(() => renderTemplate("plain.conf.mustache", {})).toThrow(
    'templates/plain.conf.mustache needs a value for "name"',
  );
  expect(() => renderTemplate("list.conf.mustache", { items: [{}], owner: "me" })).toThrow(
    'templates/list.conf.mustache needs a value for "name"',
  );
  expect(() => renderTemplate("switch.conf.mustache", { on: true })).toThrow(
    'templates/switch.conf.mustache needs a value for "name"',
  );
});

test("a value that the template does not use is an error, not forgotten", () => {
  expect(() => renderTemplate("plain.conf.mustache", { name: "x", port: 1 })).toThrow(
    'templates/plain.conf.mustache does not use "port"',
  );
});

test("a template that does not exist is an error", () => {
  expect(() => renderTemplate("none.mustache", {})).toThrow(/ENOENT.*none\.mustache/);
});

function unescaped(html = ""): string {
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&" };
  return html
    .replaceAll(/&#(?:x([0-9A-Fa-f]+)|(\d+));/g, (_, hex, decimal) =>
      String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
    )
    .replaceAll(/&(lt|gt|quot|amp);/g, (_, name: string) => entities[name] ?? "");
}

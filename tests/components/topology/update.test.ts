// How the topology asks the database, page by page, by another engine of JavaScript: what is too much, leads nowhere or is refused. Answers are
// given as NGINX's parser of XML would return them; the parser itself, and the connection, are for tests/integration/topology.test.ts.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderTemplate } from "../../../lib/template";

const directory = mkdtempSync(join(tmpdir(), "podwatch-topology-"));
const kept = join(directory, "kept");
const CONTACTS_FILE = join(kept, "contacts.tmpl");
afterAll(() => rmSync(directory, { recursive: true }));

beforeAll(() => {
  for (const name of ["checks.js", "contacts.js", "documents.js"]) {
    cpSync(join(__dirname, "../../../templates/topology", name), join(directory, name));
  }
  mkdirSync(join(directory, "node_modules/xml"), { recursive: true });
  writeFileSync(
    join(directory, "node_modules/xml/index.js"),
    "export default { parse: (text) => ({ $root: JSON.parse(text) }) };",
  );
  writeFileSync(join(directory, "node_modules/xml/package.json"), '{"type": "module", "main": "index.js"}');
  writeFileSync(join(directory, "package.json"), '{"type": "module"}');
  const update = renderTemplate("topology/update.js.mustache", {
    database: JSON.stringify({
      url: "https://gocdb.example.org/gocdbpi",
      directory: kept,
      // Less than the time between two tries, so there is one.
      seconds: 14,
      query: "the same",
      queries: { get_service_endpoint: [], get_downtime: [], get_site_contacts: [] },
      sites: [],
      types: [],
    }),
    contacts: JSON.stringify({
      url: "http://127.0.0.1:9112/gocdbpi",
      roles: ["Site Administrator"],
      file: CONTACTS_FILE,
      template: "podwatch.contacts",
      reload: "http://alertmanager/-/reload",
    }),
  });
  writeFileSync(join(directory, "update.js"), update);
});

beforeEach(() => {
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept);
});

/** The documents that a database answers with; `page(entries, count, next)` makes one. */
const DATABASE = `
  const text = ($name, $text) => ({ $name, $text });
  const service = (id) => ({ $name: "SERVICE_ENDPOINT", $attr$PRIMARY_KEY: String(id), $tags: [
    text("SITENAME", "A"), text("SERVICE_TYPE", "SRM"), text("HOSTNAME", "se" + id + ".my-region.net"),
    text("IN_PRODUCTION", "Y"), text("NODE_MONITORED", "Y"),
  ] });
  const person = (email) => ({ $name: "CONTACT", $tags: [text("EMAIL", email), text("ROLE_NAME", "Site Administrator")] });
  const site = (email) => ({ $name: "SITE", $attr$NAME: "A", $attr$PRIMARY_KEY: "1", $tags: [person(email)] });
  const services = (from, count) => Array.from({ length: count }, (_, index) => service(from + index));
  const page = (entries, next) => ({ $name: "results", $tags: [
    { $name: "meta", $tags: [
      text("count", String(entries.length)),
      ...(next === undefined ? [] : [{ $name: "link", $attr$rel: "next", $attr$href: "/?next_cursor=" + next }]),
    ] },
    ...entries,
  ] });
  const empty = page([]);
`;

interface Outcome {
  /** By method and reason. */
  readonly errors: Readonly<Record<string, number>>;
  readonly log: readonly string[];
  /** Cursors of the questions for services. */
  readonly cursors: readonly number[];
}

/** One run of questions. `answers` is JavaScript by method: of the cursor, the document; `reload` what Alertmanager says. */
function run(answers: Readonly<Record<string, string>>, reload = 200): Outcome {
  const script = `${DATABASE}
    const errors = {};
    const log = [];
    const cursors = [];
    const answers = { get_service_endpoint: () => empty, get_downtime: () => empty, get_site_contacts: () => empty };
    ${Object.entries(answers)
      .map(([method, answer]) => `answers.${method} = ${answer};`)
      .join("\n")}
    globalThis.ngx = {
      ERR: 4,
      log: (_, text) => log.push(text),
      shared: { topology_errors: { incr: (key) => { errors[key] = (errors[key] || 0) + 1; } } },
      fetch: async (url) => {
        if (url.includes("/-/reload")) return { status: ${reload} };
        const asked = new URL(url).searchParams;
        const cursor = Number(asked.get("next_cursor"));
        if (asked.get("method") === "get_service_endpoint") cursors.push(cursor);
        return { status: 200, text: async () => JSON.stringify(answers[asked.get("method")](cursor)) };
      },
    };
    const { default: update } = await import("./update.js");
    await update.run();
    console.log(JSON.stringify({ errors, log, cursors }));
    process.exit();`;
  return JSON.parse(
    execFileSync("node", ["--input-type=module", "-e", script], {
      cwd: directory,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    }),
  );
}

function hosts(): string[] {
  const { found } = JSON.parse(readFileSync(join(kept, "get_service_endpoint.json"), "utf8"));
  return found.map(({ host }: { host: string }) => host);
}

const GOOD = "() => page(services(1, 2))";

test.each<[string, string, string, string, number]>([
  [
    "more than 20000 entries",
    "(cursor) => page(services(cursor + 1, 500), cursor + 500)",
    "too-many",
    "more than 20000 entries",
    41,
  ],
  ["20001 entries at once", "() => page(services(1, 20001))", "too-many", "more than 20000 entries", 1],
  [
    "more than 500 pages, of entries that are left out",
    "(cursor) => page([{ ...service(cursor), $tags: [] }], cursor + 1)",
    "too-many",
    "more than 500 pages",
    500,
  ],
  ["a page that leads to itself", "() => page(services(1, 1), 7)", "incomplete", "page 7 follows page 7", 2],
  [
    "pages that lead round in a circle",
    "(cursor) => page(services(cursor + 1, 1), { 0: 10, 10: 20, 20: 10 }[cursor])",
    "incomplete",
    "page 10 follows page 20",
    3,
  ],
  [
    "a page that leads to the first",
    "() => page(services(1, 1), 0)",
    "incomplete",
    "page 0 follows page 0",
    1,
  ],
  [
    "a refusal",
    '() => ({ $name: "error", $text: "Unsupported parameter: scope" })',
    "refused",
    'the database refuses the question: "Unsupported parameter: scope"',
    1,
  ],
])("%s is no answer, and the last good one stays", (_, answer, reason, message, pages) => {
  expect(run({ get_service_endpoint: GOOD }).errors).toEqual({});
  const { errors, log, cursors } = run({ get_service_endpoint: answer });
  expect(errors).toEqual({ [`get_service_endpoint ${reason}`]: 1 });
  expect(log).toEqual([`topology: get_service_endpoint: ${reason}: ${message}`]);
  expect(cursors).toHaveLength(pages);
  expect(hosts()).toEqual(["se1.my-region.net", "se2.my-region.net"]);
});

test("20000 entries in 500 pages are taken", () => {
  const most =
    "(cursor) => cursor === 499 * 40 ? page(services(cursor + 1, 40)) : page(services(cursor + 1, 40), cursor + 40)";
  expect(run({ get_service_endpoint: most })).toMatchObject({ errors: {}, log: [] });
  expect(hosts()).toHaveLength(20_000);
});

test("a method that is too much does not keep others from their answers", () => {
  const endless = "(cursor) => page([{ ...service(cursor), $tags: [] }], cursor + 1)";
  const answers = {
    get_service_endpoint: endless,
    get_site_contacts: '() => page([site("a@my-region.net")])',
  };
  expect(run(answers).errors).toEqual({ "get_service_endpoint too-many": 1 });
  expect(existsSync(join(kept, "get_service_endpoint.json"))).toBe(false);
  expect(existsSync(join(kept, "get_downtime.json"))).toBe(true);
  expect(readFileSync(CONTACTS_FILE, "utf8")).toContain("a@my-region.net");
});

test("contacts that Alertmanager does not take are not in force, and those of before stay", () => {
  const of = (email: string) => ({ get_site_contacts: `() => page([site("${email}")])` });
  expect(run(of("a@my-region.net")).errors).toEqual({});
  const file = (name: string) => readFileSync(join(kept, name), "utf8");
  const before = [file("contacts.tmpl"), file("contacts.in_force.json")];
  const refused = run(of("b@my-region.net"), 500);
  expect(refused.errors).toEqual({ "get_site_contacts alertmanager": 1 });
  expect(refused.log).toEqual([
    "topology: get_site_contacts: alertmanager: Alertmanager does not take the contacts: 500",
  ]);
  expect([file("contacts.tmpl"), file("contacts.in_force.json")]).toEqual(before);
  // Tried again with the next answer.
  expect(run(of("b@my-region.net")).errors).toEqual({});
  expect(file("contacts.tmpl")).toContain("b@my-region.net");
});

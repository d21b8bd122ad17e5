// Characters that nobody sees: told of by name wherever they stand, and never a crash.
import fc from "fast-check";
import { shown, strayCharacter } from "../../config/characters";
import { type Path, show } from "../../config/problem";
import { isTree, type Tree, valueAt } from "../../config/walk";
import { everySection, filesBeside, SECTIONS_WITH_SECRETS } from "../components/everything";
import { host, keys, problemsOf, settingsOf, stack } from "./support";

/** Stack file and files beside it in which everything is set. */
const raw: Tree = { host, ...everySection() };
const world = {
  files: filesBeside(),
  secretKeys: SECTIONS_WITH_SECRETS,
};

describe("are reported by name", () => {
  test.each<[string, string]>([
    ["\0", "\\u0000 (a control character)"],
    ["\u001b", "\\u001b (a control character)"],
    ["\u007f", "\\u007f (a control character)"],
    ["\u0085", "\\u0085 (a control character)"],
    ["\n", "\\u000a (a line feed)"],
    ["\r", "\\u000d (a carriage return)"],
    ["\t", "\\u0009 (a tab)"],
    ["\u2028", "\\u2028 (a line break that not every program knows)"],
    ["\u202e", "\\u202e (which changes the writing direction)"],
    ["\u2066", "\\u2066 (which changes the writing direction)"],
    ["\ufeff", "\\ufeff (a byte order mark)"],
    ["\ufffd", "\\ufffd (which replaces a character that was lost)"],
    ["\ud83d", "\\ud83d (a lone surrogate)"],
    ["\u{1ffff}", "\\ud83f\\udfff (which is no character)"],
  ])("%j in a value, the name of a label, and a name of the user's choice", (character, words) => {
    const odd = `a${character}b`;
    const [{ name: _, ...entry }, names] = [{ name: "", ...host }, { [odd]: "x" }];
    expect(
      problemsOf({
        hosts: { [odd]: entry },
        prometheus: { externalLabels: { region: odd, ...names } },
        [odd]: 1,
      }).filter((line) => line.includes("holds")),
    ).toEqual(
      [
        `podwatch:${show([odd]).slice(9)}: the name holds ${words}; remove it`,
        `${show(["hosts", odd])}: the name holds ${words}; remove it`,
        `${show(["prometheus", "externalLabels", odd])}: the name holds ${words}; remove it`,
        `podwatch:prometheus.externalLabels.region: ${shown(odd)} holds ${words}; remove it`,
      ].sort(),
    );
  });

  test("alone: other problems of the value are irrelevant", () => {
    expect(problemsOf(stack({ prometheus: { scrapeInterval: "5\0s" } }, { address: "10.1.2.3\n" }))).toEqual([
      'podwatch:host.address: "10.1.2.3\\n" holds \\u000a (a line feed); remove it',
      'podwatch:prometheus.scrapeInterval: "5\\u0000s" holds \\u0000 (a control character); remove it',
    ]);
  });

  test("never with a secret, wherever it was put", () => {
    const text = problemsOf(
      stack(
        { grafana: { adminPassword: "hunter12\u001b", adminPasword: "hunter12\u001b" } },
        { password: "hunter12\0" },
      ),
    ).join("\n");
    expect(text.match(/the value holds/g)).toHaveLength(3);
    expect(text).not.toContain("hunter12");
  });

  test("invisible characters are escaped in quoted values", () => {
    expect(problemsOf(stack({}, { address: "mon\u200b.acme.net" }))).toEqual([
      expect.stringMatching(/^podwatch:host\.address: "mon\\u200b\.acme\.net" is not an address; /),
    ]);
  });
});

describe("texts of several lines", () => {
  test("may have line feeds and tabs, and come with carriage returns; others keep theirs in one", () => {
    const { front } = settingsOf(stack({ front: { snippet: "location /a/ {\r\n\treturn 204;\r\n}\r\n" } }));
    expect(front.snippet).toBe("location /a/ {\n\treturn 204;\n}\n");
    expect(problemsOf(stack({ front: { snippet: "location /a/ {\r return 204; }" } }))).toEqual([
      expect.stringMatching(/^podwatch:front\.snippet: .* holds \\u000d \(a carriage return\); remove it$/),
    ]);
    const extra = { relabel_configs: [{ replacement: "a\nb\tc" }] };
    expect(
      problemsOf(stack({ prometheus: { scrapeJobs: [{ name: "a", targets: ["a:1"], extra }] } })),
    ).toEqual([]);
  });

  test.each<[string, object]>([
    [
      "a receiver's text",
      {
        alertmanager: {
          receivers: { ops: { webhook: { url: "https://a.acme.net/x", extra: { text: "a\nb\t<b>\r\n" } } } },
        },
      },
    ],
    [
      "what a probe says and hears",
      {
        blackboxExporter: {
          modules: { smtp: { prober: "tcp", tcp: { query_response: [{ send: "EHLO me\r" }] } } },
        },
      },
    ],
    [
      "a data source's own",
      { grafana: { datasources: [{ name: "L", type: "loki", jsonData: { a: "b\nc" } }] } },
    ],
    [
      "a job's own, at its top",
      { prometheus: { scrapeJobs: [{ name: "a", targets: ["a:1"], extra: { b: "c\r\nd" } }] } },
    ],
  ])("the words of others may break as they like, and arrive so: %s", (_, sections) => {
    const settings = settingsOf(stack({ ...sections }), world);
    const text = JSON.stringify(settings);
    for (const given of JSON.stringify(sections).match(/"[^"]*\\[nrt][^"]*"/g) ?? [])
      expect(text).toContain(given);
  });

  test("a secret stays as it was written, or Pulumi would not mask it", () => {
    const privateKey = keys.plain.private.replaceAll("\n", "\r\n");
    const { connection } = settingsOf(stack({}, { privateKeyFile: undefined, privateKey }));
    expect("privateKey" in connection && connection.privateKey).toBe(`${privateKey.trim()}\n`);
  });

  test("a host key may end with its line", () => {
    expect(problemsOf(stack({}, { hostKey: `${host.hostKey}\n` }))).toEqual([]);
  });
});

describe("files that are shipped", () => {
  const ruleFiles = ["own.yml"];
  const problems = (content: string) =>
    problemsOf(stack({ prometheus: { ruleFiles } }), { files: { "own.yml": content } });

  test("end lines in line feeds and have no mark at their beginning, whatever they had", () => {
    const world = { files: { "own.yml": "\ufeffgroups:\r\n- name: a\r\n  rules: []\r\n" } };
    expect(settingsOf(stack({ prometheus: { ruleFiles } }), world).prometheus.ruleFiles).toEqual([
      { name: "own.yml", path: "own.yml", content: "groups:\n- name: a\n  rules: []\n" },
    ]);
  });

  test.each<[string, string]>([
    ["\ufffdg\0r\0", "is not text in UTF-8, the only kind of file that can be deployed; save it as UTF-8"],
    ["# Gr\ufffdn\n", "is not text in UTF-8, the only kind of file that can be deployed; save it as UTF-8"],
    ["a: 1\nb: \u001b[31m\n", "holds \\u001b (a control character) in line 2; remove it"],
    ["a: 1\rb: 2\n", "holds \\u000d (a carriage return) in line 1; remove it"],
  ])("%j is refused", (content, complaint) => {
    expect(problems(content)).toEqual([`podwatch:prometheus.ruleFiles[0]: "own.yml" ${complaint}`]);
  });

  test("may hold whatever can be read", () => {
    expect(problems("# \u05d0\u2067b\u2069 \u2028 é 😀\ta\n")).toEqual([]);
  });
});

test("everything that is set is as it should be", () => expect(problemsOf(raw, world)).toEqual([]));

const paths = textsOf(raw);

test("a refused character is reported with its path, wherever it is", () => {
  const stray = fc.constantFrom(..."\0\u001b\u007f\u009b\u2028\u202e\ufeff\ufffd\ud800".split(""));
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.nat(), stray, (path, at, character) => {
      const changed = withText(raw, path, (text) => insert(text, at, character));
      const lines = problemsOf(changed, world);
      expect(lines.filter((line) => line.startsWith(`${show(path)}: `))).toEqual([
        expect.stringContaining(`holds ${strayCharacter(character, { lines: false })}`),
      ]);
    }),
    { numRuns: 50 },
  );
});

test("any character anywhere results in settings or problems", () => {
  const any = fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), fc.constantFrom("\n", "%"));
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.nat(), any, (path, at, more) => {
      const lines = problemsOf(
        withText(raw, path, (text) => insert(text, at, more)),
        world,
      );
      // Advice may have lines of its own, indented.
      for (const line of lines)
        expect(line).toMatch(/^podwatch:[^\p{Cc}\p{Cf}]*: [^\p{Cc}\p{Cf}]+(\n {4,}[^\p{Cc}\p{Cf}]+)*$/u);
    }),
    { numRuns: 50 },
  );
});

/** Where texts stand. */
function textsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === "string") return [path];
  if (!isTree(value)) return [];
  const key = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, [...path, key(name)]));
}

function insert(text: string, at: number, more: string): string {
  const cut = at % (text.length + 1);
  return `${text.slice(0, cut)}${more}${text.slice(cut)}`;
}

function withText(tree: Tree, path: Path, change: (text: string) => string): Tree {
  const changed = structuredClone(tree);
  const [holder, key] = [valueAt(changed, path.slice(0, -1)) as Tree, path.at(-1) ?? ""];
  holder[key] = change(String(holder[key]));
  return changed;
}

test("a tab in a unit's variable is one problem, also in a list", () => {
  const said = (Environment: unknown) =>
    problemsOf(stack({ front: { quadlet: { Container: { Environment } } } }));
  const tab = "holds \\u0009 (a tab); remove it";
  const place = "podwatch:front.quadlet.Container.Environment";
  expect(said("A=\tb")).toEqual([`${place}: "A=\\tb" ${tab}`]);
  expect(said(["A\tB=x"])).toEqual([`${place}[0]: "A\\tB=x" ${tab}`]);
  expect(said(["A=1", "API_TOKEN=a\tb"])).toEqual([expect.stringContaining(`${place}[1]: `)]);
});

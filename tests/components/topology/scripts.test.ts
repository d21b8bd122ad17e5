// What the scripts of the topology take from a database, by another engine of JavaScript; the XML is NGINX's affair (tests/integration).
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "podwatch-topology-"));
afterAll(() => rmSync(directory, { recursive: true }));

beforeAll(() => {
  for (const name of ["checks.js", "contacts.js"]) {
    cpSync(join(__dirname, "../../../templates/topology", name), join(directory, name));
  }
  writeFileSync(join(directory, "package.json"), '{"type": "module"}');
});

/** What a check makes of texts; what it refuses is null. */
function checked(check: string, texts: readonly string[], ...more: unknown[]): unknown[] {
  const script = `import checks from "./checks.js";
    const [texts, more] = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(texts.map((text) => checks.${check}(text, ...more) ?? null)));`;
  const args = ["--input-type=module", "-e", script, JSON.stringify([texts, more])];
  return JSON.parse(execFileSync("node", args, { cwd: directory, encoding: "utf8" }));
}

test("a host is a DNS name with a dot", () => {
  expect(checked("hostname", [" SE1.My-Region.net ", "a_b.c-d.org", `${"a".repeat(63)}.org`])).toEqual([
    "se1.my-region.net",
    "a_b.c-d.org",
    `${"a".repeat(63)}.org`,
  ]);
});

test.each([
  ...[
    "",
    "localhost",
    "podwatch-prometheus",
    "127.0.0.1",
    "169.254.169.254",
    "10.1",
    "1.0x7f",
    "[::1]",
    "::1",
  ],
  ...[
    "a.localhost",
    "metadata.google.internal",
    "printer.local",
    "router.lan",
    "a..b",
    ".a.b",
    "a.b.",
    "-a.org",
  ],
  ...["a.org:80", "a.org/x", "user@a.org", "a b.org", "a.org\n", "ä.org", `${"a".repeat(64)}.org`, "a.org\0"],
  `${"a.".repeat(130)}org`,
])("%j is no host", (text) => {
  // Blanks around it are cut off.
  if (text.trim() === "a.org") return;
  expect(checked("hostname", [text])).toEqual([null]);
});

test("a URL is http or https with such a host", () => {
  const urls = ["https://SE1.my-region.net:8443/a%20b?x=1&y=(2)", "http://se1.my-region.net"];
  expect(checked("url", urls)).toEqual([
    "https://se1.my-region.net:8443/a%20b?x=1&y=(2)",
    "http://se1.my-region.net/",
  ]);
});

test.each([
  ...[
    "",
    "se1.my-region.net:8443",
    "ldap://a.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "HTTPS//a.org",
  ],
  ...["https://127.0.0.1/", "https://[::1]/", "https://localhost:9090/", "https://podwatch-grafana:3000/"],
  ...[
    "https://user:secret@a.org/",
    "https://a.org@b.org/",
    "https://a.org/#x",
    "https://a.org:0/",
    "https://a.org:65536/",
  ],
  ...[
    'https://a.org/"',
    "https://a.org/<b>",
    "https://a.org/ b",
    "https://a.org/\\b",
    "https://a.org/ä",
    "gopher://a.org/",
  ],
  ...["https://a.org/\r\nX: y", `https://a.org/${"x".repeat(1024)}`, "https://a.org%2eb.org/"],
])("%j is no URL", (text) => {
  expect(checked("url", [text])).toEqual([null]);
});

test("a label is any text of one line", () => {
  const names = ["ZA \"Ü<b>\" & 'x'", " blanks ", "{{ $labels }}", "名前"];
  expect(checked("label", names, 64)).toEqual([names[0], "blanks", names[2], names[3]]);
  const refused = ["", "  ", "a\nb", "a\u0000", "a\u2028b", "a\u202eb", "\ufffd", "x".repeat(65)];
  expect(checked("label", refused, 64)).toEqual(refused.map(() => null));
});

test("times are seconds", () => {
  expect(checked("seconds", ["1795960822", "0", "-1", "1e9", "2026-11-29", "", "999999999999"])).toEqual([
    1795960822,
    0,
    ...Array(5).fill(null),
  ]);
});

test("an address of a mail is one, and nothing that a header would take for more", () => {
  const texts = [
    " Ada.L+x@My-region.net ",
    "a@b.org, c@d.org",
    "Ada <a@b.org>",
    "a@b",
    "a@10.0.0.1",
    "a@b.org\nBcc: c@d.org",
  ];
  const more = ['"a b"@c.org', "{{a}}@b.org", "a..b@c.org", "a@localhost", ""];
  expect(checked("mail", [...texts, ...more])).toEqual(["Ada.L+x@my-region.net", ...Array(10).fill(null)]);
});

/** What the script for contacts returns. */
function contacts(call: string): unknown {
  const script = `import contacts from "./contacts.js"; console.log(JSON.stringify(contacts.${call}));`;
  return JSON.parse(
    execFileSync("node", ["--input-type=module", "-e", script], { cwd: directory, encoding: "utf8" }),
  );
}

test("a contact that is gone is still known for an hour, one that is new at once", () => {
  const before = '{A: {to: ["a@a.org"]}, B: {to: ["b@b.org"], gone: 100}, C: {to: ["c@c.org"]}}';
  expect(
    contacts(`next(${before}, [{site: "C", to: ["d@c.org"]}, {site: "D", to: ["d@d.org"]}], 3600)`),
  ).toEqual({
    A: { to: ["a@a.org"], gone: 3600 },
    B: { to: ["b@b.org"], gone: 100 },
    C: { to: ["d@c.org"] },
    D: { to: ["d@d.org"] },
  });
  expect(contacts('next({B: {to: ["b@b.org"], gone: 100}}, [], 3700)')).toEqual({});
});

test("the name of a site stays text in a template", () => {
  const site = 'Z"}}{{ end }}`\\Ü';
  const template = contacts(`template("t", {${JSON.stringify(site)}: {to: ["a@a.org", "b@b.org"]}})`);
  expect(template).toBe(
    [
      '{{ define "t" -}}',
      "{{ $told := false -}}",
      '{{ if eq .GroupLabels.site "Z\\u0022\\u007d\\u007d\\u007b\\u007b end \\u007d\\u007d\\u0060\\u005cÜ" }}{{ $told = true }}a@a.org, b@b.org{{ end -}}',
      '{{ if not $told }}{{ template "t.others" . }}{{ end -}}',
      "{{- end }}",
      "",
    ].join("\n"),
  );
});

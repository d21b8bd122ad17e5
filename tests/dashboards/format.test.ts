import fc from "fast-check";
import { formatJson, type Json } from "../../dashboards/format";

test("short values stand in one line, long ones in lines of their own", () => {
  const long = "x".repeat(100);
  expect(formatJson({ a: { x: 1, y: [1, 2] }, b: [{ expr: long }, null], c: {}, d: [] })).toBe(
    `{
  "a": { "x": 1, "y": [1, 2] },
  "b": [
    {
      "expr": "${long}"
    },
    null
  ],
  "c": {},
  "d": []
}
`,
  );
});

test("nothing is lost, whatever the value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = formatJson(value as Json);
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      expect(text.endsWith("\n")).toBe(true);
    }),
  );
});

test("a line of 110 characters is kept whole, with its key and comma; one more and it is spread out", () => {
  const lineOf = (length: number) => formatJson({ key: ["x".repeat(length)], last: 0 }).split("\n")[1];
  const around = '  "key": [""],'.length;
  expect(lineOf(110 - around)).toHaveLength(110);
  expect(lineOf(111 - around)).toBe('  "key": [');
});

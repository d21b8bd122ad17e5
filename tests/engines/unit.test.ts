import fc from "fast-check";
import { quoteWord, serializeUnit, splitWords, UNIT_HEADER } from "../../engines/systemd/unit";
import { line } from "../lib/arbitraries";
import { parseUnit, splitCommand } from "./systemd";

const key = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,20}$/);

test("a unit file says what was put into it", () => {
  // systemd takes blanks off both ends of a value, and a backslash at the end for a line that goes on.
  const value = line.map((text) => text.trim()).filter((text) => !text.endsWith("\\"));
  const entries = fc.array(fc.tuple(key, value), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, entries), { maxLength: 5 }), (sections) => {
      expect(parseUnit(serializeUnit(sections))).toEqual(sections);
    }),
  );
});

test("a unit file begins with the mark of its owner, in the words that the runner looks for", () => {
  expect(serializeUnit([["Unit", [["Description", "x"]]]])).toBe(
    "# Managed by Podwatch. Changes made here are overwritten.\n\n[Unit]\nDescription=x\n",
  );
  expect(UNIT_HEADER).toContain("# Managed by Podwatch.");
});

test("no control character gets into a unit file", () => {
  const control = fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(line, fc.oneof(control, fc.constant("\u007f")), line, (before, character, after) => {
      const bad = before + character + after;
      for (const unit of [[[bad, []]], [["Unit", [[bad, "x"]]]], [["Unit", [["Key", bad]]]]] as const) {
        expect(() => serializeUnit(unit)).toThrow(/^a unit file cannot hold the control character in "/);
      }
    }),
  );
});

test("systemd's parser gives back quoted words", () => {
  const word = line.filter((text) => text !== "" && text !== ";");
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      expect(splitCommand(words.map(quoteWord).join(" "))).toEqual(words);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["plain", "plain"],
  ["two words", '"two words"'],
  ["100%", "100%%"],
  ["$HOME", '"$$HOME"'],
  ["\\", '"\\\\"'],
  ['"', '"\\""'],
  ["it's", '"it\'s"'],
  [";;", '";;"'],
])("%j is written %s", (given, written) => {
  expect(quoteWord(given)).toBe(written);
});

test.each(["", ";"])("the word %j is refused, since Quadlet would change it", (word) => {
  expect(() => quoteWord(word)).toThrow(`Quadlet cannot hand over the word ${JSON.stringify(word)}`);
});

test("a quoted word is one word again, among others, once specifiers and variables are left aside", () => {
  const word = line.filter((text) => text !== "" && text !== ";" && !/[$%]/.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      expect(splitWords(words.map(quoteWord).join("  "))).toEqual({ words, open: false });
    }),
    { numRuns: 300 },
  );
});

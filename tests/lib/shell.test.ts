import fc from "fast-check";
import { command, quote } from "../../lib/shell";
import { word } from "./arbitraries";
import { runScript, SHELLS } from "./shellRun";

/** Prints each of its words with an end mark, so that any number of them can be told apart. */
const PRINT = "printf '%s\\0'";

test.each(SHELLS)("%s hands over every word as it was", (shell) => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 60 }), (words) => {
      const printed = runScript(`${PRINT} ${command(words)}`, { shell });
      expect(printed.split("\0").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 40 },
  );
});

test("a command quoted as one word survives a second shell", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (words) => {
      const inner = `${PRINT} ${command(words)}`;
      const printed = runScript(command(["sh", "-c", inner]));
      expect(printed.split("\0").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ["plain", "plain"],
  ["/var/lib/podwatch/runner", "/var/lib/podwatch/runner"],
  ["", "''"],
  ["two words", "'two words'"],
  ["it's", "'it'\\''s'"],
  ["~", "'~'"],
  ["$HOME", "'$HOME'"],
])("%j is written %s", (given, written) => {
  expect(quote(given)).toBe(written);
});

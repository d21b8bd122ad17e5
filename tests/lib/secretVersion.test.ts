import { secretInput, secretVersion } from "../../lib/secretVersion";

const VERSION = "18be0123456789ab";
const ANSWER = `<podwatch-version:${VERSION}>\n`;

test("the length that goes ahead counts bytes", () => {
  expect(secretInput("pässword\n")).toBe("podwatch-secret 10\npässword\n");
});

test.each([
  ["nothing", ANSWER],
  ["a line before", `Willkommen\n${ANSWER}`],
  ["no line break before", `ops@host:~$ ${ANSWER}`],
  ["what looks like a version, before and after", `0123456789abcdef\n${ANSWER}0123456789abcdef\n`],
  ["colours", `\u001b[1m${ANSWER}\u001b[0m`],
])("a version is found in what a shell prints: %s", (_, printed) => {
  expect(secretVersion(printed)).toBe(VERSION);
});

test.each([
  ["alone", `${VERSION}\n`],
  ["behind a line", `Willkommen\n${VERSION}\n`],
  ["behind digits", `1234567890123456789\n${VERSION}`],
  ["behind what has no line break", `abc${VERSION}\n`],
  ["before a line", `${VERSION}\nbye\n`],
])("a version of before there were marks is found in a state: %s", (_, printed) => {
  expect(secretVersion(printed)).toBe(VERSION);
});

test.each([
  ["nothing", ""],
  ["noise only", "Willkommen\n"],
  ["two answers", ANSWER + ANSWER],
  ["a broken answer", "<podwatch-version:18be>"],
  ["a broken answer beside what looks like a version", `${VERSION}\n<podwatch-version:>`],
])("anything else is no version: %s", (_, printed) => {
  expect(() => secretVersion(printed)).toThrow(
    `it answers ${JSON.stringify(printed.trim())} where the version of a secret is expected; check what the start files`,
  );
});

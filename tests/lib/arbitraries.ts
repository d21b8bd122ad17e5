// Text of the nasty kinds: what shells, systemd, YAML and templates take for their own.
import fc from "fast-check";

const PIECES = [
  ...["'", '"', "\\", "$", "`", "!", "*", "?", "~", "#", "%", "&", "|", ";", "<", ">", "(", ")", "{", "}"],
  ...[
    "[",
    "]",
    "=",
    "-",
    "--",
    " ",
    "  ",
    "$HOME",
    "$(id)",
    "%h",
    "%%",
    "$$",
    "{{x}}",
    "\\n",
    "\\x41",
    "é",
    "😀",
  ],
  ...["a", "B", "7", "_", ".", "/", ":", ",", "@", "+", "^"],
];

/** One line without control characters; may be empty. */
export const line = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "grapheme", maxLength: 4 })), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join("").replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ""));

/** A word that a process may get: anything without NUL. */
export const word = fc
  .array(fc.oneof(line, fc.constantFrom("\n", "\t", "\r", "\u001b", "")), { maxLength: 4 })
  .map((pieces) => pieces.join(""));

/** Text of a file as a bundle holds it, with lines that look like a bundle's own. */
export const fileText = fc
  .array(
    fc.oneof(
      line,
      fc.constantFrom(
        "",
        " ",
        "  ",
        "part x",
        "part files/other",
        "  part x",
        "service evil",
        "\t",
        "\\",
        "%s",
      ),
      fc.integer({ min: 1, max: 9000 }).map((length) => "long \\ % ".repeat(length)),
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.map((text) => `${text}\n`).join(""));

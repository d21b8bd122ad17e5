// How systemd reads what we write, from its manual: systemd.syntax(7), systemd.unit(5) "Specifiers",
// systemd.service(5) "Command lines". The test in tests/integration/golden.test.ts asks systemd itself.

/** Sections with their entries in order. */
export function parseUnit(text: string): Array<[string, Array<[string, string]>]> {
  const sections: Array<[string, Array<[string, string]>]> = [];
  for (const line of text.split("\n")) {
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      sections.push([section, []]);
    } else if (line !== "" && !/^[#;]/.test(line)) {
      if (line.endsWith("\\")) throw new Error(`the line goes on: ${line}`);
      const cut = line.indexOf("=");
      if (cut < 0) throw new Error(`neither a section nor an entry: ${line}`);
      sections.at(-1)?.[1].push([line.slice(0, cut).trim(), line.slice(cut + 1).trim()]);
    }
  }
  return sections;
}

/** The words of a command line after unquoting; fails where systemd would expand something. */
export function splitCommand(text: string): string[] {
  return splitWords(text).map((word) => {
    const specified = word.replaceAll(/%(.?)/g, (_, letter: string) => {
      if (letter !== "%") throw new Error(`a specifier is expanded: %${letter}`);
      return "%";
    });
    return specified.replaceAll(/\$(\$|\{|[A-Za-z_])?/g, (match, next: string | undefined) => {
      if (next === "$") return "$";
      if (next !== undefined) throw new Error(`a variable is expanded: ${match}`);
      return match;
    });
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: "\u0007", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", s: " " },
  ...{ "\\": "\\", '"': '"', "'": "'" },
};

/** Splits at blanks outside quotes; a quote counts as one only at the beginning of a word, as in systemd. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === " ") {
      at += 1;
      continue;
    }
    let word = "";
    let quote: string | undefined;
    for (; at < text.length; at += 1) {
      const character = text[at] ?? "";
      if (character === "\\") {
        at += 1;
        const escaped = ESCAPES[text[at] ?? ""];
        if (escaped === undefined) throw new Error(`unknown escape: \\${text[at]}`);
        word += escaped;
      } else if (quote === undefined && (character === '"' || character === "'")) {
        quote = character;
      } else if (character === quote) {
        quote = undefined;
      } else if (quote === undefined && character === " ") {
        break;
      } else {
        word += character;
      }
    }
    if (quote !== undefined) throw new Error("a quote is left open");
    words.push(word);
  }
  return words;
}

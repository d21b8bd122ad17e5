/** Sections of a systemd unit file in order; a key with several values is repeated. */
export type Unit = ReadonlyArray<readonly [section: string, entries: readonly Entry[]]>;
export type Entry = readonly [key: string, value: string | readonly string[]];

/** The first line of every unit; the runner on the host refuses to touch a unit that lacks it. */
export const UNIT_HEADER = "# Managed by Podwatch. Changes made here are overwritten.";

/**
 * Serialises a unit file. A value in several pieces has a line for each.
 *
 * @throws Error if a section, key or value holds a control character: a line break could inject a setting.
 */
export function serializeUnit(unit: Unit): string {
  const sections = unit.map(([section, entries]) => {
    const lines = entries.map(([key, value]) => `${singleLine(key)}=${lined(value)}\n`);
    return `\n[${singleLine(section)}]\n${lines.join("")}`;
  });
  return `${UNIT_HEADER}\n${sections.join("")}`;
}

function lined(value: string | readonly string[]): string {
  return typeof value === "string" ? singleLine(value) : value.map(singleLine).join(" \\\n  ");
}

/**
 * Quotes one word of a value that Quadlet splits into words, such as `Exec=` or `Environment=`, so that the
 * container gets it verbatim: Quadlet puts both on the command line of a service, where systemd would expand
 * specifiers (`%`) and variables (`$`).
 *
 * Source: systemd.syntax(7) "Quoting", systemd.service(5) "Command lines".
 *
 * @throws Error for an empty word, which Quadlet drops, and for `;`, which it passes on without its quotes and
 *   systemd takes for the end of the command (podman 5.4).
 */
export function quoteWord(word: string): string {
  if (word === "" || word === ";") {
    throw new Error(`Quadlet cannot hand over the word ${JSON.stringify(word)}`);
  }
  const escaped = word
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$");
  return /^[A-Za-z0-9_@+=:,./%{}-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/**
 * Quotes one assignment of `Environment=` of a unit of systemd's own, which expands specifiers but no variables there.
 *
 * Source: systemd.exec(5) "Environment".
 */
export function quoteValue(assignment: string): string {
  return `"${assignment.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/**
 * The words of a value that Quadlet and systemd split at spaces: quotes, also inside a word, hold
 * together what is between them. `open` says whether the last quote is missing.
 *
 * Source: systemd.syntax(7) "Quoting"; podman 5.4 silently drops what it cannot use.
 */
export function splitWords(value: string): { readonly words: readonly string[]; readonly open: boolean } {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (const [character] of value.matchAll(/\\.|./gsu)) {
    if (quote === "" && /^\s$/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote || (quote === "" && /^["']$/.test(character))) {
      quote = quote === "" ? character : "";
      word ??= "";
    } else {
      word = (word ?? "") + (/^\\./su.test(character) ? character.slice(1) : character);
    }
  }
  if (word !== undefined) words.push(word);
  return { words, open: quote !== "" };
}

function singleLine(text: string): string {
  for (const character of text) {
    if (character < " " || character === "\u007f") {
      throw new Error(`a unit file cannot hold the control character in ${JSON.stringify(text)}`);
    }
  }
  return text;
}

/**
 * Quotes one word for a POSIX shell.
 *
 * Words that need no quoting stay readable; all others are put in single quotes.
 */
export function quote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) {
    return word;
  }
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Quotes and joins the words of one command. */
export function command(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

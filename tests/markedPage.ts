/** A page of the documentation with another text between two markers. */
export function betweenMarkers(page: string, begin: string, end: string, text: string): string {
  const [before = "", rest = ""] = page.split(begin);
  const after = rest.split(end)[1];
  if (after === undefined) throw new Error(`the page has lost its markers ${begin} and ${end}`);
  return `${before}${begin}\n\n${text}\n${end}${after}`;
}

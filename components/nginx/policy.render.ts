// What the front's own pages may do in a browser: nothing, but look as they do.
import { createHash } from "node:crypto";

/** Whatever else stands in a page, no script runs, nothing is loaded, and no form sends anything. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** Of the list of runbooks, which NGINX itself writes, and their text. */
export const RUNBOOKS_POLICY = NOTHING;

/**
 * The policy of a page (CSP level 3) whose styles are written in it.
 *
 * @param text with the page; what is between the tags of its styles stands there as browsers get it
 */
export function pagePolicy(text: string): string {
  const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, style = ""]) => `'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  );
  return `${NOTHING}; style-src ${styles.join(" ")}`;
}

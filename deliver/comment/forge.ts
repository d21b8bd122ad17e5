/** A comment on a pull or merge request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
}

/** Where the comments of one pull or merge request are kept. */
export interface Forge {
  /** The page number `page`, from 1, of the comments that we may change; undefined after the last page. */
  page(page: number): Promise<readonly Comment[] | undefined>;
  add(body: string): Promise<void>;
  change(id: number, body: string): Promise<void>;
}

/** Maximum number of pages. */
const MOST_PAGES = 50;

/** Updates the comment with a marker, or creates it. */
export async function keepComment(
  forge: Forge,
  marker: string,
  body: string,
): Promise<"added" | "changed" | "unchanged"> {
  for (let number = 1; number <= MOST_PAGES; number++) {
    const page = await forge.page(number);
    if (page === undefined) break;
    const own = page.find(
      (comment) => comment.body.startsWith(`${marker}\n`) || comment.body.startsWith(`${marker}\r\n`),
    );
    if (own !== undefined) {
      if (own.body.trimEnd() === body.trimEnd()) return "unchanged";
      await forge.change(own.id, body);
      return "changed";
    }
  }
  await forge.add(body);
  return "added";
}

/** @throws Error unless the answer is a list */
export function list<Item>(what: string, text: string): readonly Item[] {
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items)) throw new Error(`${what} gives no list of comments`);
  return items;
}

/** @throws Error that names the variable */
export function variable(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: it is ${what}`);
  return value;
}

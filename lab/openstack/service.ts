// What the services of the cloud have in common: routes, refusals in their own words, and bodies of which nothing unknown is taken.

export interface Asked {
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

type Handler = (asked: Asked, ...ids: string[]) => Answer | Promise<Answer>;

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** As the service names it. */
    readonly kind = "",
  ) {
    super(message);
  }
}

export class Service {
  private readonly routes: Array<{ method: string; path: RegExp; handler: Handler }> = [];

  constructor(
    /** A refusal as the service words it. */
    readonly refusal: (refused: Refused) => unknown,
  ) {}

  /** `path` with `:id` where an id stands. */
  on(method: string, path: string, handler: Handler): void {
    const pattern = path.replace(/:id/g, "([^/]+)");
    this.routes.push({ method, path: new RegExp(`^${pattern}/?$`), handler });
  }

  async answer(method: string, path: string, asked: Asked): Promise<Answer> {
    const here = this.routes.filter((route) => route.path.test(path));
    if (here.length === 0) throw new Refused(404, "The resource could not be found.");
    const route = here.find((candidate) => candidate.method === method);
    if (route === undefined) throw new Refused(405, "The method is not allowed for this resource.");
    const [, ...ids] = route.path.exec(path) as RegExpExecArray;
    return route.handler(asked, ...ids);
  }
}

type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === "string" && value.length <= 255;
export const isLongText: Check = (value) => typeof value === "string";
export const isFlag: Check = (value) => typeof value === "boolean";
export const isWhole: Check = (value) => Number.isInteger(value);
export const isList: Check = Array.isArray;
export const isGroup: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const isId: Check = (value) =>
  typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** What is known of a body; a trailing `!` marks what has to be there. */
export type Fields = Readonly<Record<string, Check>>;

/** What stands under `name` in a body, checked. @throws Refused as the API does: for what is missing, unknown, or of another kind */
export function bodyOf<Known>(body: unknown, name: string, fields: Fields, more: Fields = {}): Known {
  const outer = (body ?? {}) as Record<string, unknown>;
  if (!isGroup(body) || !isGroup(outer[name]))
    throw new Refused(400, `Invalid input for field/attribute ${name}: it is a required property`);
  only(outer, { [name]: isGroup, ...more });
  only(outer[name] as Record<string, unknown>, fields);
  return outer[name] as Known;
}

function only(given: Readonly<Record<string, unknown>>, fields: Fields): void {
  const known = new Map(
    Object.entries(fields).map(([name, check]) => [
      name.replace("!", ""),
      { check, needed: name.endsWith("!") },
    ]),
  );
  for (const [name, value] of Object.entries(given)) {
    const field = known.get(name);
    if (field === undefined) throw new Refused(400, `Unrecognized attribute(s) '${name}'`, "HTTPBadRequest");
    if (!field.check(value))
      throw new Refused(
        400,
        `Invalid input for ${name}. Reason: ${JSON.stringify(value)} is not of the right type.`,
      );
  }
  for (const [name, { needed }] of known) {
    if (needed && given[name] === undefined)
      throw new Refused(400, `Failed to parse request. Required attribute '${name}' not specified`);
  }
}

/** One of a kind. @throws Refused with 404 */
export function found<Thing>(things: ReadonlyMap<string, Thing>, id: string, kind: string): Thing {
  const thing = things.get(id);
  if (thing === undefined)
    throw new Refused(404, `${kind} ${id} could not be found.`, `${kind.replace(/ /g, "")}NotFound`);
  return thing;
}

/** Those that have all of what is asked for. */
export function filtered<Thing extends object>(things: Iterable<Thing>, query: URLSearchParams): Thing[] {
  return [...things].filter((thing) =>
    [...query].every(([name, value]) => {
      if (["limit", "marker", "sort_key", "sort_dir", "fields"].includes(name)) return true;
      const own = (thing as Record<string, unknown>)[name];
      return own !== undefined && String(own) === value;
    }),
  );
}

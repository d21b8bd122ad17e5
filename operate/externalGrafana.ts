// A Grafana of somebody else's: what the deployment put there, asked and put back from the machine that these commands run on.
import { apply, type Client, clientOf, compare, type Environment } from "../grafana-api/apply";
import type { Difference } from "./drift";
import type { QueryResult } from "./grafana";
import { field, nameOf, type Resource } from "./resources";
import { Final } from "./retry";

/** One object there. */
export interface ExternalObject {
  readonly name: string;
  readonly body: string;
  readonly environment: Environment;
}

const SERVICE = "external-grafana";

/** What a host has there. */
export function externalObjects(host: string, resources: readonly Resource[]): ExternalObject[] {
  const component = resources.find(
    ({ type, outputs }) => type === "podwatch:index:ExternalGrafana" && outputs?.host === host,
  );
  if (component === undefined) return [];
  return resources
    .filter(({ parent, inputs }) => parent === component.urn && inputs?.create !== undefined)
    .map((command) => ({
      name: nameOf(command.urn),
      body: field<string>(command, "stdin"),
      environment: {
        ...field<Record<string, string>>(command, "environment"),
        PODWATCH_GRAFANA_LAST: String(command.outputs?.stdout ?? ""),
      },
    }));
}

/** What differs there from what was applied. */
export async function externalDrift(objects: readonly ExternalObject[]): Promise<Difference[]> {
  const found = await Promise.all(objects.map(differenceOf));
  return found.flatMap((difference) => difference ?? []);
}

async function differenceOf({ name, body, environment }: ExternalObject): Promise<Difference | undefined> {
  const object = environment.PODWATCH_GRAFANA_KIND ?? "";
  try {
    const what = await compare(body, environment);
    return what === undefined ? undefined : { service: SERVICE, object, what, which: name };
  } catch (error) {
    return { service: SERVICE, object, what: "unknown", which: `${name}: ${(error as Error).message}` };
  }
}

/** Puts back what is missing or changed there, and says whether that was anything. */
export async function repairExternal(objects: readonly ExternalObject[]): Promise<string[]> {
  const repaired: string[] = [];
  // In the order of the state, in which the folder comes before what is in it.
  for (const object of objects) {
    const difference = await differenceOf(object);
    if (difference?.what !== "missing" && difference?.what !== "changed") continue;
    await apply("update", object.body, object.environment, 0);
    repaired.push(object.name);
  }
  return repaired.length === 0 ? [] : [SERVICE];
}

/** Its API, with the token of the deployment. */
export class ExternalGrafana {
  private readonly client: Client;
  private readonly owner: string;

  constructor([first]: readonly [ExternalObject, ...ExternalObject[]]) {
    this.client = clientOf(first.environment);
    this.owner = first.environment.PODWATCH_GRAFANA_OWNER ?? "";
  }

  /** The token's organisation. */
  async logIn(): Promise<string> {
    return (await this.get<{ name: string }>("org")).name;
  }

  /** Of all dashboards it lists those of the deployment. */
  async get<T>(path: string): Promise<T> {
    const own = path.startsWith("search?") ? `${path}&tag=${encodeURIComponent(this.owner)}` : path;
    return (await this.client.done("GET", own).catch(final)) as T;
  }

  /** What a data source says of itself; undefined if its kind cannot say anything. */
  async health(uid: string): Promise<string | undefined> {
    const { status, json } = await this.client.ask("GET", `datasources/uid/${uid}/health`).catch(final);
    const { status: word, message } = (json ?? {}) as { status?: string; message?: string };
    if (word === "OK") return message ?? word;
    if (status === 501 || (status === 404 && !/plugin/i.test(message ?? ""))) return undefined;
    throw new Error(message || `it is answered with status ${status}`);
  }

  async query(body: unknown): Promise<{ results?: Readonly<Record<string, QueryResult>>; message?: string }> {
    const { json } = await this.client.ask("POST", "ds/query", body).catch(final);
    return json as { results?: Readonly<Record<string, QueryResult>>; message?: string };
  }
}

/** A token that is refused will be refused again. */
function final(error: Error & { status?: number }): never {
  throw error.status === 401 || error.status === 403 ? new Final(error.message) : error;
}

/** What a resource put into a Grafana, by the names of its environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Client {
  readonly place: string;
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown }>;
  done(method: string, path: string, body?: unknown): Promise<unknown>;
}

export function clientOf(environment: Environment): Client;
export function compare(
  body: string,
  environment: Environment,
): Promise<"missing" | "changed" | "other" | undefined>;
export function apply(
  action: "create" | "update" | "remove",
  body: string,
  environment: Environment,
  patience?: number,
): Promise<unknown>;

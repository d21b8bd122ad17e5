import type { Front } from "./front";
import type { GrafanaLogin } from "./state";

/** Grafana's API, as the stack's administrator. */
export class Grafana {
  constructor(
    private readonly front: Front,
    private readonly login: GrafanaLogin,
  ) {}

  /** @throws Final where Grafana refuses the log-in */
  get<T>(path: string): Promise<T> {
    return this.front.json(`/grafana/api/${path}`, { auth: this.auth() });
  }

  async query(body: unknown): Promise<{ results?: Readonly<Record<string, QueryResult>>; message?: string }> {
    const answer = await this.front.ask("/grafana/api/ds/query", { auth: this.auth(), body });
    try {
      return JSON.parse(answer.body);
    } catch {
      throw new Error(`the query is answered with status ${answer.status}`);
    }
  }

  private auth(): string {
    return `${this.login.user}:${this.login.password}`;
  }
}

/** The answer to one query of a panel. */
export interface QueryResult {
  readonly error?: string;
  readonly frames?: ReadonlyArray<{
    readonly schema?: { readonly fields?: readonly Field[] };
    readonly data?: { readonly values?: ReadonlyArray<readonly unknown[]> };
  }>;
}

/** One column of an answer: times, or the values of one series. */
export interface Field {
  readonly name: string;
  readonly type?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly config?: { readonly displayNameFromDS?: string };
}

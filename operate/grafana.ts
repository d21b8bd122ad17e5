import type { Front } from "./front";
import { Final } from "./insist";
import type { GrafanaLogin } from "./state";

/** Grafana's API, as the stack's administrator. */
export class Grafana {
  constructor(
    private readonly front: Front,
    private readonly login: GrafanaLogin,
  ) {}

  /** @throws Final where Grafana refuses the log-in: it locks out who tries again and again */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.front.ask(`/grafana/api/${path}`, { auth: this.auth() });
    if (status === 401 || status === 403) {
      throw new Final(`/grafana/api/${path} is answered with status ${status}`);
    }
    if (status >= 300) {
      throw new Error(`/grafana/api/${path} is answered with status ${status}`);
    }
    return JSON.parse(body) as T;
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

import { GRAFANA_ENDPOINT } from "../components/grafana/endpoint";
import { ADMIN_EMAIL } from "../components/grafana/render";
import type { Front } from "./front";
import { Final } from "./retry";
import type { GrafanaLogin } from "./state";

/** A log-in refused because of others' attempts; from then on another name of the same user is used. */
export class LockedOut extends Final {}

/** Grafana's API, as the stack's administrator. */
export class Grafana {
  private name: string;

  constructor(
    private readonly front: Front,
    private readonly login: GrafanaLogin,
  ) {
    this.name = login.user;
  }

  /**
   * Logs in.
   *
   * @throws Final if Grafana refuses it, {@link LockedOut} if it does so although the password is right
   */
  async logIn(): Promise<string> {
    try {
      return (await this.get<{ login: string }>("user")).login;
    } catch (error) {
      if (error instanceof Final && (await this.isRightByMail())) {
        throw new LockedOut(
          `Grafana has locked ${this.login.user} for 5 minutes, although the password is right: somebody entered 5 wrong ones within 5 minutes; npm run logs shows from where`,
        );
      }
      throw error;
    }
  }

  /** Grafana counts wrong log-ins per name typed, and an e-mail address is another name of the same user. */
  private async isRightByMail(): Promise<boolean> {
    this.name = ADMIN_EMAIL;
    const user = await this.get<{ login: string }>("user").catch(() => undefined);
    if (user?.login !== this.login.user) this.name = this.login.user;
    return this.name === ADMIN_EMAIL;
  }

  /** @throws Final if Grafana refuses the log-in */
  get<T>(path: string): Promise<T> {
    return this.front.json(`/grafana/api/${path}`, { auth: this.auth() });
  }

  /**
   * What a data source says of itself; undefined if its kind cannot say anything.
   *
   * @throws Error with what is wrong with it; Final if Grafana refuses the log-in
   */
  async health(uid: string): Promise<string | undefined> {
    const path = `${GRAFANA_ENDPOINT.path}/api/datasources/uid/${uid}/health`;
    const { status, body } = await this.front.ask(path, { auth: this.auth() });
    const { status: word, message } = saidIn(body);
    if (word === "OK") return message ?? word;
    // Grafana has the data source, but its plugin has no such method; older versions say so by 404.
    if (status === 501 || (status === 404 && !/plugin/i.test(message ?? ""))) return undefined;
    const refused = status === 401 || status === 403;
    throw new (refused ? Final : Error)(message || `${path} is answered with status ${status}`);
  }

  async query(body: unknown): Promise<{ results?: Readonly<Record<string, QueryResult>>; message?: string }> {
    const answer = await this.front.ask(`${GRAFANA_ENDPOINT.path}/api/ds/query`, { auth: this.auth(), body });
    try {
      return JSON.parse(answer.body);
    } catch {
      throw new Error(`the query is answered with status ${answer.status}`);
    }
  }

  private auth(): string {
    return `${this.name}:${this.login.password}`;
  }
}

function saidIn(body: string): { readonly status?: string; readonly message?: string } {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
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

// Asks Grafana for something of each of its data sources again and again, as an open dashboard does.
import { request } from "node:https";

/** What became of the queries of a data source. */
export interface Asked {
  readonly asked: number;
  readonly failed: number;
  /** What was said of those that failed. */
  readonly reasons: readonly string[];
}

/** How often each data source is asked, and how long an answer may take, in milliseconds. */
const EVERY = 1_000;
const WITHIN = 10_000;

interface Source {
  readonly name: string;
  readonly uid: string;
}

export class Queries {
  private timer: NodeJS.Timeout | undefined;
  private seen: Record<string, { asked: number; failed: number; reasons: Set<string> }> = {};
  private sources: readonly Source[] = [];

  /** @param logIn `user:password` of Grafana's administrator */
  constructor(
    private readonly address: string,
    private readonly logIn: string,
  ) {}

  async start(): Promise<void> {
    this.sources = JSON.parse(await this.ask("/grafana/api/datasources")) as Source[];
    this.seen = Object.fromEntries(
      this.sources.map(({ name }) => [name, { asked: 0, failed: 0, reasons: new Set() }]),
    );
    this.timer = setInterval(() => {
      for (const source of this.sources) void this.query(source);
    }, EVERY);
  }

  stop(): Readonly<Record<string, Asked>> {
    clearInterval(this.timer);
    return Object.fromEntries(
      Object.entries(this.seen).map(([name, { reasons, ...counts }]) => [
        name,
        { ...counts, reasons: [...reasons] },
      ]),
    );
  }

  private async query({ name, uid }: Source): Promise<void> {
    const seen = this.seen[name];
    if (seen === undefined) return;
    seen.asked += 1;
    const query = { refId: "A", expr: "count(up)", instant: true, datasource: { uid } };
    try {
      const body = JSON.stringify({ from: "now-5m", to: "now", queries: [query] });
      const { results } = JSON.parse(await this.ask("/grafana/api/ds/query", body)) as {
        results: { A: { error?: string; frames?: unknown[] } };
      };
      if (results.A.error !== undefined) throw new Error(results.A.error);
    } catch (error) {
      seen.failed += 1;
      seen.reasons.add((error as Error).message.slice(0, 200));
    }
  }

  private ask(path: string, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request(
        `https://${this.address}${path}`,
        {
          method: body === undefined ? "GET" : "POST",
          auth: this.logIn,
          rejectUnauthorized: false,
          agent: false,
          headers: { "content-type": "application/json" },
          signal: AbortSignal.timeout(WITHIN),
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          response.on("end", () =>
            response.statusCode === 200
              ? resolve(text)
              : reject(new Error(`status ${response.statusCode}: ${text}`)),
          );
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

// Requests with a time limit and a bounded number of attempts. Errors name the service, never its URL:
// that of a webhook is a secret.

export interface Request {
  /** Named in errors, such as "Slack". */
  readonly what: string;
  readonly method: "GET" | "POST" | "PATCH" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Patience {
  readonly attempts: number;
  /** Time-out of one attempt, in milliseconds. */
  readonly within: number;
  /** Pause before the second attempt, doubled for each further one, in milliseconds. */
  readonly pause: number;
  /** The longest pause, even if the server requests more, in milliseconds. */
  readonly longestPause: number;
}

const PATIENCE: Patience = { attempts: 4, within: 10_000, pause: 500, longestPause: 30_000 };

export interface Response {
  readonly status: number;
  readonly text: string;
}

/** Status codes after which another attempt may succeed. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** @throws Error after the last attempt, or after a permanent refusal */
export async function request(asked: Request, patience: Patience = PATIENCE): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const { status, text, retryAfter, problem } = await once(asked, patience.within);
    if (problem === undefined) return { status, text };
    const passing = status === 0 || PASSING.includes(status);
    if (!passing || attempt >= patience.attempts) {
      throw new Error(`${asked.what} ${problem}${passing ? `, ${attempt} times` : ""}`);
    }
    const pause = Math.max(patience.pause * 2 ** (attempt - 1), retryAfter * 1000);
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, patience.longestPause)));
  }
}

interface Attempt extends Response {
  /** In seconds. */
  readonly retryAfter: number;
  readonly problem?: string;
}

/** Maximum length of a refusal's text in errors. */
const MOST_OF_REFUSAL = 200;

async function once({ method, url, headers, body }: Request, within: number): Promise<Attempt> {
  try {
    const answer = await fetch(url, {
      method,
      // A redirect would send the credentials elsewhere.
      redirect: "error",
      signal: AbortSignal.timeout(within),
      headers: {
        "User-Agent": "podwatch",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const retryAfter = Number(answer.headers.get("retry-after") ?? 0) || 0;
    const said = text.replaceAll(/\s+/g, " ").slice(0, MOST_OF_REFUSAL).replaceAll(url, "...");
    const problem = answer.ok
      ? {}
      : { problem: `answers ${answer.status}${said === "" ? "" : ` (${said})`}` };
    return { status: answer.status, text, retryAfter, ...problem };
  } catch (error) {
    return { status: 0, text: "", retryAfter: 0, problem: reason(error as Failure, within) };
  }
}

type Failure = Error & { cause?: { code?: string } };

/** Only the kind of failure: the text may contain the URL. */
function reason(error: Failure, within: number): string {
  if (error.name === "TimeoutError") return `gives no answer within ${within / 1000} s`;
  return `cannot be reached (${error.cause?.code ?? error.name})`;
}

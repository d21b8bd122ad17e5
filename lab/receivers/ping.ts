// The receiving end of a dead man's switch: `/ping/<id>` takes a call by GET or POST with any body, or none. Who knows
// the id may call; any other path is unknown. As https://healthchecks.io/docs/http_api/ describes it.
import type { Credentials } from "./credentials";
import { type Incoming, Refused, type Service, text } from "./service";

export class Ping implements Service {
  readonly mode = "ping";

  constructor(private readonly credentials: Credentials) {}

  owns(path: string): boolean {
    return path.startsWith("/ping/");
  }

  take({ method, path, body }: Incoming) {
    if (path !== `/ping/${this.credentials.pingId}`) throw new Refused(text(404, "not found"));
    if (method !== "GET" && method !== "POST") throw new Refused(text(405, "only GET and POST"));
    return { answer: text(200, "OK"), kept: body };
  }

  tooMany(retryAfter: number) {
    return text(429, "rate limited", { "Retry-After": String(retryAfter) });
  }
}

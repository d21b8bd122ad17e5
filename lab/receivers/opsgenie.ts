// Opsgenie's alert API: https://docs.opsgenie.com/docs/alert-api
import { z } from "zod";
import type { Credentials } from "./credentials";
import { type Incoming, isJson, json, parsed, Refused, type Service } from "./service";

const responder = z
  .looseObject({
    type: z.enum(["team", "user", "escalation", "schedule"]),
    id: z.string().optional(),
    name: z.string().optional(),
    username: z.string().optional(),
  })
  .refine(({ id, name, username }) => Boolean(id || name || username), "needs id, name or username");

const created = z.strictObject({
  message: z.string().min(1).max(130),
  alias: z.string().max(512).optional(),
  description: z.string().max(15_000).optional(),
  responders: z.array(responder).max(50).optional(),
  visibleTo: z.array(responder).max(50).optional(),
  actions: z.array(z.string().max(50)).max(10).optional(),
  tags: z.array(z.string().max(50)).max(20).optional(),
  details: z
    .record(z.string(), z.string())
    .refine((details) => Object.entries(details).flat().join("").length <= 8000, "more than 8000 characters")
    .optional(),
  entity: z.string().max(512).optional(),
  source: z.string().max(100).optional(),
  priority: z.enum(["P1", "P2", "P3", "P4", "P5"]).optional(),
  user: z.string().max(100).optional(),
  note: z.string().max(25_000).optional(),
});

const closed = z.strictObject({
  user: z.string().max(100).optional(),
  source: z.string().max(100).optional(),
  note: z.string().max(25_000).optional(),
});

/** What may be asked, with the check of the body. */
const ACTIONS = [
  { action: "create", method: "POST", path: /^\/v2\/alerts$/, body: created },
  { action: "close", method: "POST", path: /^\/v2\/alerts\/([^/]+)\/close$/, body: closed },
  {
    action: "message",
    method: "PUT",
    path: /^\/v2\/alerts\/([^/]+)\/message$/,
    body: z.strictObject({ message: z.string().min(1).max(130) }),
  },
  {
    action: "description",
    method: "PUT",
    path: /^\/v2\/alerts\/([^/]+)\/description$/,
    body: z.strictObject({ description: z.string().max(15_000) }),
  },
] as const;

export class Opsgenie implements Service {
  readonly mode = "opsgenie";
  private requests = 0;

  constructor(private readonly credentials: Credentials) {}

  owns(path: string): boolean {
    return path.startsWith("/v2/alerts");
  }

  take({ method, path, query, headers, body }: Incoming) {
    const failed = (status: number, reason: string, errors?: unknown) =>
      new Refused(
        json(status, {
          message: reason,
          ...(errors ? { errors } : {}),
          took: 0.001,
          requestId: this.request(),
        }),
        errors ? JSON.stringify(errors) : reason,
      );
    const found = ACTIONS.find((one) => one.method === method && one.path.test(path));
    if (found === undefined) throw failed(404, "Not found");
    if (!/^GenieKey \S+$/.test(headers.authorization ?? "")) throw failed(401, "Could not authenticate");
    if (headers.authorization !== `GenieKey ${this.credentials.opsgenieKey}`) {
      throw failed(401, "Could not authenticate");
    }
    if (!isJson(headers)) throw failed(422, "Content type is not JSON");
    const read = found.body.safeParse(parsed(body));
    if (!read.success) {
      const errors = Object.fromEntries(
        read.error.issues.map((one) => [one.path.join(".") || "body", one.message]),
      );
      throw failed(422, "Request body is not processable. Please check the errors.", errors);
    }
    const [, identifier] = found.path.exec(path) ?? [];
    if (
      found.action !== "create" &&
      query.get("identifierType") !== "alias" &&
      !/^[0-9a-f-]{36}/.test(identifier ?? "")
    ) {
      throw failed(422, "Alert id is not valid: give identifierType=alias");
    }
    return {
      answer: json(202, { result: "Request will be processed", took: 0.001, requestId: this.request() }),
      kept: {
        action: found.action,
        ...(identifier === undefined ? {} : { alias: decodeURIComponent(identifier) }),
        ...read.data,
      },
    };
  }

  tooMany(retryAfter: number) {
    const body = { message: "You are making too many requests!", took: 0.001, requestId: this.request() };
    return json(429, body, { "Retry-After": String(retryAfter) });
  }

  private request(): string {
    this.requests++;
    return `00000000-0000-4000-8000-${String(this.requests).padStart(12, "0")}`;
  }
}

// PagerDuty's Events API v2: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/
import { z } from "zod";
import type { Credentials } from "./credentials";
import { type Incoming, json, parsed, Refused, type Service } from "./service";

const payload = z.looseObject({
  summary: z.string().min(1).max(1024),
  source: z.string().min(1),
  severity: z.enum(["critical", "error", "warning", "info"]),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.unknown().optional(),
});

const common = {
  routing_key: z.string().length(32, "Length of 'routing_key' is incorrect (should be 32 characters)"),
  client: z.string().optional(),
  client_url: z.string().optional(),
  links: z.array(z.looseObject({ href: z.url(), text: z.string().optional() })).nullish(),
  images: z
    .array(z.looseObject({ src: z.url(), href: z.string().optional(), alt: z.string().optional() }))
    .nullish(),
};

const event = z.discriminatedUnion("event_action", [
  z.looseObject({
    ...common,
    event_action: z.literal("trigger"),
    dedup_key: z.string().max(255).optional(),
    payload,
  }),
  z.looseObject({
    ...common,
    event_action: z.enum(["acknowledge", "resolve"]),
    dedup_key: z.string().min(1).max(255),
  }),
]);

const MOST_BYTES = 512 * 1024;

export class PagerDuty implements Service {
  readonly mode = "pagerduty";

  constructor(private readonly credentials: Credentials) {}

  owns(path: string): boolean {
    return path === "/v2/enqueue";
  }

  take({ method, body }: Incoming) {
    const invalid = (errors: readonly string[]) =>
      new Refused(
        json(400, { status: "invalid event", message: "Event object is invalid", errors }),
        errors.join("; "),
      );
    if (method !== "POST") throw new Refused(json(405, { status: "method not allowed" }));
    if (Buffer.byteLength(body) > MOST_BYTES) throw new Refused(json(413, { status: "too large" }));
    const content = parsed(body);
    if (content === undefined) throw invalid(["JSON is not parsable"]);
    const read = event.safeParse(content);
    if (!read.success) {
      throw invalid(read.error.issues.map((one) => `'${one.path.join(".")}': ${one.message}`));
    }
    // The real one takes it on and drops it later.
    if (read.data.routing_key !== this.credentials.pagerdutyKey)
      throw invalid(["'routing_key': there is none such"]);
    const { routing_key: _, ...kept } = read.data;
    const dedup_key = read.data.dedup_key ?? "made-by-pagerduty";
    return { answer: json(202, { status: "success", message: "Event processed", dedup_key }), kept };
  }

  tooMany(retryAfter: number) {
    const body = {
      status: "throttle exceeded",
      message: "Requests for this service are arriving too quickly",
    };
    return json(429, body, { "Retry-After": String(retryAfter) });
  }
}

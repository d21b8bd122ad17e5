// A webhook of one's own: `/webhook/<name>` takes any JSON object, `/alertmanager/<name>` only what Alertmanager sends:
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
import { z } from "zod";
import type { Credentials } from "./credentials";
import { type Incoming, isJson, json, type Mode, parsed, Refused, type Service, text } from "./service";

const labels = z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string());
// Later versions may say more.
const alert = z.looseObject({
  status: z.enum(["firing", "resolved"]),
  labels: labels.refine((all) => Boolean(all.alertname), "has no alertname"),
  annotations: labels,
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
  generatorURL: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
});
const group = z.looseObject({
  version: z.literal("4"),
  groupKey: z.string().min(1),
  truncatedAlerts: z.number().int().min(0).optional(),
  status: z.enum(["firing", "resolved"]),
  receiver: z.string().min(1),
  groupLabels: labels,
  commonLabels: labels,
  commonAnnotations: labels,
  externalURL: z.url(),
  alerts: z.array(alert).min(1),
});

export class Webhook implements Service {
  constructor(
    private readonly credentials: Credentials,
    readonly mode: Extract<Mode, "webhook" | "alertmanager">,
  ) {}

  owns(path: string): boolean {
    return path.startsWith(`/${this.mode}/`);
  }

  take({ method, headers, body }: Incoming) {
    if (method !== "POST") throw new Refused(text(405, "only POST"));
    if (headers.authorization !== `Bearer ${this.credentials.webhookToken}`) {
      throw new Refused(text(401, "wrong bearer token", { "WWW-Authenticate": "Bearer" }));
    }
    if (!isJson(headers)) throw new Refused(text(415, "the content type is not application/json"));
    const wanted = this.mode === "alertmanager" ? group : z.record(z.string(), z.unknown());
    const read = wanted.safeParse(parsed(body));
    if (!read.success) throw new Refused(text(422, z.prettifyError(read.error)));
    return { answer: json(200, { taken: true }), kept: read.data };
  }

  tooMany(retryAfter: number) {
    return text(429, "too many requests", { "Retry-After": String(retryAfter) });
  }
}

// Slack's incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
// Limits: https://docs.slack.dev/reference/block-kit/blocks, and "attachments" in the message payload's reference.
import { z } from "zod";
import type { Credentials } from "./credentials";
import { type Incoming, isJson, json, parsed, Refused, type Service, text } from "./service";

const plain = (most: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  });
const styled = (most: number) =>
  z.union([
    plain(most),
    z.strictObject({
      type: z.literal("mrkdwn"),
      text: z.string().min(1).max(most),
      verbatim: z.boolean().optional(),
    }),
  ]);
const button = z.strictObject({
  type: z.literal("button"),
  text: plain(75),
  url: z.url().max(3000).optional(),
  action_id: z.string().max(255).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
});
const blockId = { block_id: z.string().max(255).optional() };
const block = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("header"), text: plain(150), ...blockId }),
  z.strictObject({ type: z.literal("divider"), ...blockId }),
  z
    .strictObject({
      type: z.literal("section"),
      text: styled(3000).optional(),
      fields: z.array(styled(2000)).min(1).max(10).optional(),
      accessory: button.optional(),
      expand: z.boolean().optional(),
      ...blockId,
    })
    .refine(({ text: body, fields }) => body !== undefined || fields !== undefined),
  z.strictObject({ type: z.literal("context"), elements: z.array(styled(3000)).min(1).max(10), ...blockId }),
  z.strictObject({ type: z.literal("actions"), elements: z.array(button).min(1).max(25), ...blockId }),
]);
const blocks = z.array(block).max(50);

const attachment = z.looseObject({
  fallback: z.string().optional(),
  color: z
    .string()
    .regex(/^(good|warning|danger|#[0-9A-Fa-f]{6}|)$/)
    .optional(),
  pretext: z.string().optional(),
  title: z.string().optional(),
  title_link: z.string().optional(),
  text: z.string().optional(),
  fields: z
    .array(z.looseObject({ title: z.string(), value: z.string(), short: z.boolean().optional() }))
    .nullish(),
  footer: z.string().max(300).optional(),
  mrkdwn_in: z.array(z.enum(["pretext", "text", "fields", "fallback", "title"])).nullish(),
  blocks: blocks.optional(),
});

const message = z.looseObject({
  text: z.string().max(40_000).optional(),
  channel: z.string().optional(),
  username: z.string().optional(),
  icon_emoji: z.string().optional(),
  icon_url: z.string().optional(),
  mrkdwn: z.boolean().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
  blocks: z.unknown().optional(),
  attachments: z.array(attachment).nullish(),
});

const MOST_ATTACHMENTS = 100;

export class Slack implements Service {
  readonly mode = "slack";

  constructor(private readonly credentials: Credentials) {}

  owns(path: string): boolean {
    return path.startsWith("/services/");
  }

  take({ method, path, headers, body }: Incoming) {
    const [team, service, token] = path.slice("/services/".length).split("/");
    const [ownTeam, ownService, ownToken] = this.credentials.slack.split("/");
    if (method !== "POST") throw new Refused(text(405, "method_not_allowed"));
    if (team !== ownTeam) throw new Refused(text(404, "no_team"));
    if (service !== ownService) throw new Refused(text(404, "no_service"));
    if (token !== ownToken) throw new Refused(text(403, "invalid_token"));
    if (!isJson(headers)) throw new Refused(text(400, "invalid_payload"), "the content type is not JSON");
    const read = message.safeParse(parsed(body));
    if (!read.success) throw new Refused(text(400, "invalid_payload"), z.prettifyError(read.error));
    const { text: words, attachments } = read.data;
    if (read.data.blocks !== undefined) {
      const readBlocks = blocks.safeParse(read.data.blocks);
      if (!readBlocks.success)
        throw new Refused(text(400, "invalid_blocks"), z.prettifyError(readBlocks.error));
    }
    const has = (list: unknown) => Array.isArray(list) && list.length > 0;
    if (!words && !has(attachments) && !has(read.data.blocks)) throw new Refused(text(400, "no_text"));
    if ((attachments ?? []).length > MOST_ATTACHMENTS) throw new Refused(text(400, "too_many_attachments"));
    if ((attachments ?? []).some((one) => !(one.text || one.fallback || one.title || one.blocks))) {
      throw new Refused(text(400, "missing_text_or_fallback_or_attachments"));
    }
    return { answer: text(200, "ok"), kept: read.data };
  }

  tooMany(retryAfter: number) {
    return json(429, { ok: false, error: "rate_limited" }, { "Retry-After": String(retryAfter) });
  }
}

// Telegram's bot API, sendMessage: https://core.telegram.org/bots/api#sendmessage
import { z } from "zod";
import type { Credentials } from "./credentials";
import { type Incoming, isJson, json, parsed, Refused, type Service } from "./service";

/** Bot libraries send every value as a string too. */
const flag = z.union([z.boolean(), z.enum(["true", "false"])]);
const message = z.looseObject({
  chat_id: z.union([z.number().int(), z.string()]).transform(String),
  text: z.string(),
  parse_mode: z.enum(["HTML", "MarkdownV2", "Markdown", ""]).optional(),
  message_thread_id: z.union([z.number().int(), z.string().regex(/^\d*$/)]).optional(),
  disable_notification: flag.optional(),
  disable_web_page_preview: flag.optional(),
});

const LONGEST = 4096;
const TAGS = "b|strong|i|em|u|ins|s|strike|del|span|tg-spoiler|a|tg-emoji|code|pre|blockquote";

export class Telegram implements Service {
  readonly mode = "telegram";
  private sent = 0;

  constructor(private readonly credentials: Credentials) {}

  owns(path: string): boolean {
    return path.startsWith("/bot");
  }

  take({ method, path, headers, body }: Incoming) {
    const failed = (code: number, description: string) =>
      new Refused(json(code, { ok: false, error_code: code, description }), description);
    const bad = (why: string) => failed(400, `Bad Request: ${why}`);
    const [, token, call] = /^\/bot(\d+:[\w-]+)\/(\w+)$/.exec(path) ?? [];
    if (token === undefined) throw failed(404, "Not Found");
    if (token !== this.credentials.telegramToken) throw failed(401, "Unauthorized");
    if (call !== "sendMessage" || method !== "POST") throw failed(404, "Not Found: method not found");
    const read = message.safeParse(
      isJson(headers) ? parsed(body) : Object.fromEntries(new URLSearchParams(body)),
    );
    if (!read.success) throw bad(z.prettifyError(read.error));
    const { chat_id, text, parse_mode } = read.data;
    if (chat_id !== String(this.credentials.telegramChat)) throw bad("chat not found");
    if (text.trim() === "") throw bad("message text is empty");
    const problem = parse_mode === "HTML" ? markupProblem(text) : undefined;
    if (problem !== undefined) throw bad(`can't parse entities: ${problem}`);
    if (shown(text, parse_mode).length > LONGEST) throw bad("message is too long");
    this.sent++;
    const result = {
      message_id: this.sent,
      date: 0,
      chat: { id: this.credentials.telegramChat, type: "supergroup" },
      text,
    };
    return { answer: json(200, { ok: true, result }), kept: read.data };
  }

  tooMany(retryAfter: number) {
    const description = `Too Many Requests: retry after ${retryAfter}`;
    return json(429, { ok: false, error_code: 429, description, parameters: { retry_after: retryAfter } });
  }
}

/** What is wrong with a text in Telegram's HTML. */
function markupProblem(text: string): string | undefined {
  const open: string[] = [];
  for (const [tag, end, name = ""] of text.matchAll(/<(\/?)([A-Za-z][\w-]*)?[^>]*>?/g)) {
    if (!new RegExp(`^(${TAGS})$`).test(name) || !tag.endsWith(">")) return `Unsupported start tag "${name}"`;
    if (end === "") open.push(name);
    else if (open.pop() !== name) return `Unmatched end tag "${name}"`;
  }
  return open.length === 0 ? undefined : `Can't find end tag corresponding to start tag "${open.at(-1)}"`;
}

/** The text after its markup has been taken as such: this is what counts. */
function shown(text: string, mode: string | undefined): string {
  return mode === "HTML" ? text.replaceAll(/<[^>]*>/g, "").replaceAll(/&(lt|gt|amp|quot|#\d+);/g, "x") : text;
}

// Where notifications go. Addresses and tokens come from a variable or a file, never from an argument.
import { readFileSync } from "node:fs";
import { request } from "../http";
import type { Event } from "./event";
import { slackMessage } from "./slack";

export interface Channel {
  readonly name: "slack" | "webhook";
  /** @throws Error without the URL */
  send(event: Event): Promise<void>;
}

export interface Files {
  readonly slackUrlFile: string | undefined;
  readonly webhookUrlFile: string | undefined;
  readonly webhookTokenFile: string | undefined;
}

/** @throws Error if a file cannot be read, or contains no URL */
export function channels(files: Files, env: NodeJS.ProcessEnv): Channel[] {
  const slackUrl = setting(files.slackUrlFile, env.PODWATCH_SLACK_URL);
  const webhookUrl = setting(files.webhookUrlFile, env.PODWATCH_WEBHOOK_URL);
  const token = setting(files.webhookTokenFile, env.PODWATCH_WEBHOOK_TOKEN);
  return [
    ...(slackUrl === undefined ? [] : [slack(address("PODWATCH_SLACK_URL", slackUrl))]),
    ...(webhookUrl === undefined ? [] : [webhook(address("PODWATCH_WEBHOOK_URL", webhookUrl), token)]),
  ];
}

function slack(url: string): Channel {
  return {
    name: "slack",
    async send(event) {
      const { text } = await request({
        what: "Slack",
        method: "POST",
        url,
        headers: {},
        body: slackMessage(event),
      });
      if (text.trim() !== "ok")
        throw new Error("Slack does not answer ok: is this the address of an incoming webhook?");
    },
  };
}

function webhook(url: string, token: string | undefined): Channel {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return {
    name: "webhook",
    async send({ kind, ...event }) {
      const body = { version: 1, event: kind, ...event, at: new Date().toISOString() };
      await request({ what: "the webhook", method: "POST", url, headers, body });
    },
  };
}

function setting(file: string | undefined, variable: string | undefined): string | undefined {
  if (file === undefined) return variable?.trim() || undefined;
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Plain HTTP is accepted for this machine and private networks. */
function address(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plainSlack = url?.protocol === "http:" && url.hostname !== "127.0.0.1" && name.includes("SLACK");
  if (url === undefined || !/^https?:$/.test(url.protocol) || plainSlack) {
    throw new Error(`${name}, or the file in its place, holds no https:// address`);
  }
  return text;
}

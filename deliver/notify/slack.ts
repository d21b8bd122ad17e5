// An event as a Slack message: https://docs.slack.dev/reference/block-kit/blocks
import { type Event, TITLES } from "./event";

const SIGNS = {
  failure: ":red_circle:",
  recovered: ":large_green_circle:",
  success: ":white_check_mark:",
} as const;

/** Slack's limits, in characters. */
const HEADER = 150;
const FIELD = 2000;
const SECTION = 3000;

export function slackMessage(event: Event): object {
  const { kind, stack, commit, subject, author, by, link, failed } = event;
  const title = `${stack} ${TITLES[kind]}`;
  const short = commit.slice(0, 12);
  const fields = [
    `*Commit*\n${linked(event.commitLink, short)} ${escaped(subject, 500)}`,
    `*Author*\n${escaped(author, 200)}`,
    `*Started by*\n${escaped(by, 200)}`,
    ...(link === undefined ? [] : [`*Pipeline*\n${linked(link, "open")}`]),
  ];
  return {
    // Shown in notifications, and where blocks are not supported.
    text: `${SIGNS[kind]} ${escaped(title, HEADER)}${failed === undefined ? "" : `: ${escaped(failed, 500)}`}`,
    blocks: [
      {
        type: "header",
        text: { type: "plain_text", text: cut(`${SIGNS[kind]} ${title}`, HEADER), emoji: true },
      },
      ...(failed === undefined
        ? []
        : [
            {
              type: "section",
              text: { type: "mrkdwn", text: `\`\`\`${escaped(failed, SECTION - 6)}\`\`\`` },
            },
          ]),
      { type: "section", fields: fields.map((text) => ({ type: "mrkdwn", text: cut(text, FIELD) })) },
    ],
    unfurl_links: false,
  };
}

function linked(url: string | undefined, text: string): string {
  return url === undefined ? text : `<${url}|${text}>`;
}

/** Slack interprets these three characters, and backticks as the end of code. */
function escaped(text: string, most: number): string {
  const safe = text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("```", "'''");
  return cut(safe, most);
}

function cut(text: string, most: number): string {
  // Never split an entity.
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/&[a-z]*$/, "")}…`;
}

import { httpAuth } from "../../../config/schema/auth";
import { setting, text } from "../../../config/schema/words";
import { kind, MARKDOWN, message, secretUrl } from "./kind";

export const mattermost = kind({
  description: "A message in Mattermost.",
  settings: {
    webhookUrl: setting(
      secretUrl("is not a webhook URL; write the one that Mattermost shows, https://.../hooks/..."),
      "URL of Mattermost's incoming webhook.",
      { secret: true },
    ),
    channel: setting(
      text(
        /^@?[^\s#@{}]+$/,
        "is not a channel; write its name as in its address, or @ and a user",
      ).optional(),
      "Channel for messages, by its name in the address bar, or `@` and a user.",
      { example: "alerts", defaultText: "the webhook's own", placeholder: "a channel of yours" },
    ),
    ...httpAuth,
  },
  secrets: { webhookUrl: "mattermost" },
  tellsOfResolved: true,
  templates: MARKDOWN,
  config: ({ channel }, file) => ({
    webhook_url_file: file("webhookUrl"),
    ...(channel === undefined ? {} : { channel }),
    title: message("subject"),
    title_link: message("link"),
    text: message("markdown"),
    fallback: message("subject"),
  }),
});

import { httpAuth } from "../../../config/schema/auth";
import { setting, text } from "../../../config/schema/words";
import { kind, message, secretUrl } from "./kind";

export const slack = kind({
  description: "A message in Slack.",
  settings: {
    apiUrl: setting(
      secretUrl("is not a webhook URL; write the one that Slack shows, https://hooks.slack.com/services/..."),
      "URL of Slack's incoming webhook.",
      { secret: true },
    ),
    channel: setting(
      text(/^[#@]?[^\s#@]+$/, "is not a channel; write one such as #alerts").optional(),
      "Channel for messages.",
      { example: "#alerts", defaultText: "the webhook's own", placeholder: "a channel of yours" },
    ),
    ...httpAuth,
  },
  secrets: { apiUrl: "slack" },
  tellsOfResolved: false,
  config: ({ channel }, file) => ({
    api_url_file: file("apiUrl"),
    ...(channel === undefined ? {} : { channel }),
    title: message("slack.title"),
    title_link: message("link"),
    text: message("slack.text"),
    fallback: message("subject"),
    footer: message("footer"),
  }),
});

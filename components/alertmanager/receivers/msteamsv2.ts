import { httpAuth } from "../../../config/schema/auth";
import { setting } from "../../../config/schema/words";
import { kind, message, secretUrl } from "./kind";

export const msteamsv2 = kind({
  description: "A message in Microsoft Teams, by a workflow (Power Automate).",
  settings: {
    webhookUrl: setting(
      secretUrl("is not a webhook URL; write that of the channel's workflow"),
      'URL of the workflow "When a Teams webhook request is received".',
      { secret: true },
    ),
    ...httpAuth,
  },
  secrets: { webhookUrl: "msteamsv2" },
  tellsOfResolved: true,
  config: (_, file) => ({
    webhook_url_file: file("webhookUrl"),
    title: message("subject"),
    text: message("plain"),
  }),
});

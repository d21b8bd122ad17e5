import { httpAuth } from "../../../config/schema/auth";
import { setting } from "../../../config/schema/words";
import { kind, message, secretUrl } from "./kind";

export const discord = kind({
  description: "A message in Discord.",
  settings: {
    webhookUrl: setting(
      secretUrl("is not a webhook URL; write the one of the channel, https://discord.com/api/webhooks/..."),
      "URL of the channel's webhook.",
      { secret: true },
    ),
    ...httpAuth,
  },
  secrets: { webhookUrl: "discord" },
  tellsOfResolved: true,
  config: (_, file) => ({
    webhook_url_file: file("webhookUrl"),
    title: message("subject"),
    message: message("plain"),
  }),
});

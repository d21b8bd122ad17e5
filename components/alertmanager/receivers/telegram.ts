import { httpAuth } from "../../../config/schema/auth";
import { flag, httpUrl, secretText, setting, whole } from "../../../config/schema/words";
import { kind, message } from "./kind";

export const telegram = kind({
  description: "A message in Telegram.",
  settings: {
    botToken: setting(
      secretText(
        /^\d+:[A-Za-z0-9_-]{20,}$/,
        "is not a bot's token; write the one that @BotFather gave, 123456:ABC...",
      ),
      "Token of the bot.",
      { secret: true },
    ),
    chatId: setting(
      whole(
        Number.MIN_SAFE_INTEGER,
        Number.MAX_SAFE_INTEGER,
        "is not a chat's id; write its number, negative for groups",
      ),
      "Id of the chat; negative for groups.",
      { example: -1001234567890 },
    ),
    apiUrl: setting(httpUrl().default("https://api.telegram.org"), "URL of Telegram's bot API."),
    disableNotifications: setting(flag().default(false), "Whether messages arrive without a sound."),
    ...httpAuth,
  },
  secrets: { botToken: "telegram" },
  tellsOfResolved: true,
  config: ({ chatId, apiUrl, disableNotifications }, file) => ({
    bot_token_file: file("botToken"),
    chat_id: chatId,
    api_url: apiUrl,
    disable_notifications: disableNotifications,
    parse_mode: "HTML",
    message: message("telegram.html"),
  }),
});

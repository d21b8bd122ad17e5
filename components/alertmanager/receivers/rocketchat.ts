import { httpAuth } from "../../../config/schema/auth";
import { httpUrl, secretText, setting, text } from "../../../config/schema/words";
import { kind, MARKDOWN, message } from "./kind";

export const rocketchat = kind({
  description: "A message in Rocket.Chat.",
  settings: {
    apiUrl: setting(httpUrl(), "URL of the Rocket.Chat server.", {
      example: "https://chat.my-company.net",
      placeholder: "the URL of your server",
    }),
    channel: setting(
      text(/^[#@][^\s#@{}]+$/, "is not a channel; write # and its name, or @ and a user"),
      "Channel for messages, or `@` and a user.",
      { example: "#alerts", placeholder: "a channel of yours" },
    ),
    tokenId: setting(
      secretText(/^[A-Za-z0-9]{8,}$/, "is not a user's id; write the one shown with the access token"),
      "Id of the user that the personal access token belongs to.",
      { secret: true },
    ),
    token: setting(
      secretText(
        /^[^\s\p{Cc}{}]{16,}$/u,
        "is not an access token; write the one that Rocket.Chat shows once",
      ),
      "Personal access token of that user.",
      { secret: true },
    ),
    ...httpAuth,
  },
  secrets: { token: "rocketchat", tokenId: "rocketchat-id" },
  tellsOfResolved: false,
  templates: MARKDOWN,
  config: ({ apiUrl, channel }, file) => ({
    api_url: apiUrl,
    channel,
    token_id_file: file("tokenId"),
    token_file: file("token"),
    title: message("subject"),
    title_link: message("link"),
    text: message("markdown"),
  }),
});

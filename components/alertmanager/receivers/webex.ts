import { httpAuth } from "../../../config/schema/auth";
import { httpUrl, secretText, setting, text } from "../../../config/schema/words";
import { kind, MARKDOWN, message } from "./kind";

const { headers, tls } = httpAuth;

export const webex = kind({
  description: "A message in Webex.",
  settings: {
    roomId: setting(
      text(/^[A-Za-z0-9_=-]{20,}$/, "is not a space's id; write the one that Webex's API lists under rooms"),
      "Id of the space (room).",
      { example: "Y2lzY29zcGFyazovL3VzL1JPT00vMDEyMw", placeholder: "the id of a space of yours" },
    ),
    bearerToken: setting(
      secretText(/^[^\s\p{Cc}]{16,}$/u, "is not an access token; write that of the bot"),
      "Access token of the bot, which has to be in the space.",
      { secret: true },
    ),
    apiUrl: setting(httpUrl().default("https://webexapis.com/v1/messages"), "URL of Webex's API."),
    headers,
    tls,
  },
  // The token is a log-in like that of others.
  secrets: {},
  tellsOfResolved: true,
  templates: MARKDOWN,
  config: ({ roomId, apiUrl }) => ({ api_url: apiUrl, room_id: roomId, message: message("webex") }),
});

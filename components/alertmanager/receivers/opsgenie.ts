import { httpAuth } from "../../../config/schema/auth";
import { choice, httpUrl, list, setting, text } from "../../../config/schema/words";
import { kind, message, secretKey } from "./kind";

export const opsgenie = kind({
  description: "An alert in Opsgenie.",
  settings: {
    apiKey: setting(
      secretKey("is not an API key; write the one of Opsgenie's API integration"),
      "Key of Opsgenie's API integration.",
      { secret: true },
    ),
    apiUrl: setting(httpUrl().default("https://api.opsgenie.com/"), "URL of Opsgenie's API.", {
      example: "https://api.eu.opsgenie.com/",
    }),
    priority: setting(choice(["P1", "P2", "P3", "P4", "P5"]).optional(), "Priority of Opsgenie alerts.", {
      defaultText: "from the label `severity`: critical `P1`, warning `P3`, else `P5`",
    }),
    tags: setting(
      list(text(/^[^,]{1,50}$/, "is not a tag; write up to 50 characters without a comma"), "tags").default(
        [],
      ),
      "Tags of Opsgenie alerts.",
      { example: ["monitoring"] },
    ),
    ...httpAuth,
  },
  secrets: { apiKey: "opsgenie" },
  tellsOfResolved: true,
  config: ({ apiUrl, priority, tags }, file) => ({
    api_key_file: file("apiKey"),
    api_url: apiUrl,
    message: message("subject"),
    description: message("plain"),
    source: message("source"),
    priority: priority ?? message("opsgenie.priority"),
    ...(tags.length === 0 ? {} : { tags: tags.join(",") }),
    details: { alertmanager: message("link") },
  }),
});

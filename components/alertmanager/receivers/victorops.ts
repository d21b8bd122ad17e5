import { httpAuth } from "../../../config/schema/auth";
import { httpUrl, setting, text } from "../../../config/schema/words";
import { kind, message, secretKey } from "./kind";

export const victorops = kind({
  description: "An incident in Splunk On-Call (VictorOps).",
  settings: {
    apiKey: setting(
      secretKey("is not an API key; write the one of the Prometheus integration"),
      "Key of the Prometheus integration of Splunk On-Call (formerly VictorOps).",
      { secret: true },
    ),
    routingKey: setting(
      text(/^[^\s\p{Cc}{}]+$/u, "is not a routing key; write one such as everybody"),
      "Routing key: selects the team.",
      { example: "database", placeholder: "a routing key of yours" },
    ),
    apiUrl: setting(
      httpUrl().default("https://alert.victorops.com/integrations/generic/20131114/alert/"),
      "URL of the API.",
    ),
    ...httpAuth,
  },
  secrets: { apiKey: "victorops" },
  tellsOfResolved: true,
  config: ({ routingKey, apiUrl }, file) => ({
    api_key_file: file("apiKey"),
    routing_key: routingKey,
    api_url: apiUrl,
    entity_display_name: message("subject"),
    state_message: message("plain"),
    monitoring_tool: "Podwatch",
  }),
});

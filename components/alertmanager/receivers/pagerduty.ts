import { httpAuth } from "../../../config/schema/auth";
import { httpUrl, secretText, setting } from "../../../config/schema/words";
import { kind, message } from "./kind";

export const pagerduty = kind({
  description: "An incident in PagerDuty.",
  settings: {
    routingKey: setting(
      secretText(
        /^[A-Za-z0-9]{32}$/,
        "is not a routing key; write the 32 characters of the integration key (Events API v2)",
      ),
      "Integration key of the service (Events API v2).",
      { secret: true },
    ),
    url: setting(
      httpUrl().default("https://events.pagerduty.com/v2/enqueue"),
      "URL of PagerDuty's Events API.",
      { example: "https://events.eu.pagerduty.com/v2/enqueue" },
    ),
    ...httpAuth,
  },
  secrets: { routingKey: "pagerduty" },
  tellsOfResolved: true,
  config: ({ url }, file) => ({
    routing_key_file: file("routingKey"),
    url,
    description: message("subject"),
    severity: message("pagerduty.severity"),
    source: message("pagerduty.source"),
    client: "Podwatch",
    client_url: message("link"),
    details: { alerts: message("plain") },
  }),
});

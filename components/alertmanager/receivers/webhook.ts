import { httpAuth } from "../../../config/schema/auth";
import { setting, whole } from "../../../config/schema/words";
import { kind, secretUrl } from "./kind";

export const webhook = kind({
  description: "Alertmanager's own JSON, sent to a program of yours.",
  settings: {
    url: setting(
      secretUrl("is not a URL; write one that begins with https:// or http://"),
      "URL that receives Alertmanager's JSON.",
      { secret: true },
    ),
    maxAlerts: setting(
      whole(0, 100_000, "is not a number of alerts; write a whole number, 0 for all").default(0),
      "Maximum number of alerts in one message; 0 means all.",
    ),
    ...httpAuth,
  },
  secrets: { url: "webhook" },
  tellsOfResolved: true,
  config: ({ maxAlerts }, file) => ({ url_file: file("url"), max_alerts: maxAlerts }),
});

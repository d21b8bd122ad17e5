import { alert, type RuleGroup } from "../../lib/rules/model";

export const watchdogRules: RuleGroup = {
  name: "watchdog",
  about: "Prometheus itself: it can evaluate rules.",
  alerts: [
    alert({
      name: "Watchdog",
      severity: "info",
      thresholds: {},
      what: "Always fires, so that its absence can be noticed",
      expr: () => "vector(1)",
      summary: "Alerting works",
      description: () =>
        "This alert always fires. Send it to a service that calls you when it no longer comes: then Prometheus, Alertmanager or the way between is gone.",
    }),
  ],
};

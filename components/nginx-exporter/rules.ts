import { alert, number, type RuleGroup } from "../../lib/rules/model";
import { NGINX_JOB } from "./endpoint";

const EXPORTER = `job="${NGINX_JOB}"`;

/**
 * The exporter asks NGINX while it is scraped, and has no time-out of its own: while NGINX hangs, so do scrapes, until
 * Prometheus times out. If the exporter is gone, they fail at once, unless the host's name server does not answer: then the lookup of its name
 * looks like a hang.
 */
export const FRONT_HANGS = `up{${EXPORTER}} == 0 and scrape_duration_seconds{${EXPORTER}} > 0.5`;

// The exporter reads NGINX's stub_status page, which counts connections and requests but no answers: that the front
// answers with errors cannot be seen here. A probe of the blackbox exporter sees it from outside.
export const nginxRules: RuleGroup = {
  name: "nginx",
  about:
    "The NGINX exporter, which reads the front's connections and requests; its page says nothing about errors.",
  alerts: [
    alert({
      name: "NginxDown",
      severity: "critical",
      for: "1m",
      thresholds: {},
      what: "The front does not answer its exporter",
      expr: () => `nginx_up == 0\nor (${FRONT_HANGS})`,
      summary: "NGINX on {{ $labels.instance }} is down",
      description: () =>
        "NGINX on {{ $labels.instance }} is down or hangs, since its exporter gets no answer: nothing behind the front can be reached.",
    }),
    alert({
      name: "NginxConnectionsDropped",
      severity: "warning",
      thresholds: { above: number(1, "Connections dropped within 5 minutes.") },
      what: "The front drops connections",
      expr: ({ above }) =>
        `increase(nginx_connections_accepted[5m]) - increase(nginx_connections_handled[5m]) > ${above}`,
      summary: "NGINX on {{ $labels.instance }} drops connections",
      description: () =>
        "NGINX on {{ $labels.instance }} dropped {{ $value | humanize }} connections within 5 minutes, because it has no room for more.",
    }),
    alert({
      name: "NginxConnectionsMany",
      severity: "warning",
      for: "5m",
      thresholds: { above: number(800, "Connections open at once; a worker of NGINX holds 1024.") },
      what: "The front is close to its limit of connections",
      expr: ({ above }) => `nginx_connections_active > ${above}`,
      summary: "NGINX on {{ $labels.instance }} holds many connections",
      description: () =>
        "{{ $value | humanize }} connections to NGINX on {{ $labels.instance }} are open. When no more fit, new ones are dropped.",
    }),
  ],
};

import { alert, percent, type RuleGroup, ratio } from "../../lib/rules/model";
import { APACHE_JOB } from "./endpoint";

const APACHE = `job="${APACHE_JOB}"`;

/**
 * The exporter asks Apache while it is scraped, and waits: while Apache accepts connections without an answer, as with no worker left,
 * scrapes time out. If the exporter is gone, they fail at once.
 */
const APACHE_HANGS = `up{${APACHE}} == 0 and scrape_duration_seconds{${APACHE}} > 0.5`;

// The exporter sets apache_up to 1 as soon as Apache answers, whatever it answers; the metrics of the status page come only
// from an answer that is one.
export const apacheRules: RuleGroup = {
  name: "apache",
  about: "The host's own Apache, as its status page shows it to the Apache exporter.",
  alerts: [
    alert({
      name: "ApacheDown",
      severity: "critical",
      for: "1m",
      thresholds: {},
      what: "Apache does not answer",
      expr: () => `apache_up == 0\nor (${APACHE_HANGS})`,
      summary: "Apache on {{ $labels.instance }} is down",
      description: () =>
        "Apache on {{ $labels.instance }} refuses connections or hangs, since its exporter gets no answer: visitors get none either.",
    }),
    alert({
      name: "ApacheStatusMissing",
      severity: "warning",
      for: "5m",
      thresholds: {},
      what: "Apache answers, but not with its status",
      expr: () => `apache_up == 1\nunless on (job, instance) apache_scoreboard{state="idle"}`,
      summary: "Apache on {{ $labels.instance }} does not show its status",
      description: () =>
        "Apache on {{ $labels.instance }} answers its exporter with something else than its status: nothing is known of its workers.",
    }),
    alert({
      name: "ApacheWorkersExhausted",
      severity: "critical",
      for: "1m",
      thresholds: {},
      what: "Apache has no idle worker left",
      expr: () => `apache_workers{state="idle"} == 0`,
      summary: "Apache on {{ $labels.instance }} has no idle worker",
      description: () =>
        "All workers of Apache on {{ $labels.instance }} are busy, and it has started as many as it may: further visitors wait until one is free.",
    }),
    alert({
      name: "ApacheWorkersFew",
      severity: "warning",
      for: "5m",
      thresholds: { below: ratio(0.1, "Share of the workers that are idle.") },
      what: "Few workers of Apache are idle",
      expr: ({ below }) =>
        `apache_workers{state="idle"} / ignoring (state) sum without (state) (apache_workers) < ${below}`,
      summary: "Few workers of Apache on {{ $labels.instance }} are idle",
      description: ({ below }) =>
        `Only {{ $value | humanizePercentage }} of the workers of Apache on {{ $labels.instance }} are idle, less than ${percent(below)}: it cannot start more, or not as fast as visitors come.`,
    }),
  ],
};
